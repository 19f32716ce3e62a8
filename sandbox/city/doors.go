package city

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// doors are the service's two HTTP doors that a city uses (contract: POST /api/v1/projects, POST /api/v1/roster).
type doors struct{ base, intake, admin string }

// record is a project record as the contract writes it.
type record struct {
	ID         string        `json:"id"`
	Code       string        `json:"code,omitempty"`
	Name       string        `json:"name"`
	Category   string        `json:"category"`
	Energy     bool          `json:"energy"`
	InZone     bool          `json:"in_zone"`
	FilingKind string        `json:"filing_kind"`
	Owner      string        `json:"owner"`
	Town       string        `json:"town,omitempty"`
	Industry   string        `json:"industry_dept,omitempty"`
	Wan        int           `json:"investment_wan"`
	Reds       int           `json:"red_count,omitempty"`
	Stages     []stageRecord `json:"stages"`
	Lights     []lightRecord `json:"lights,omitempty"`
}

type stageRecord struct {
	Stage   string `json:"stage"`
	Start   string `json:"start,omitempty"`
	Done    string `json:"done,omitempty"`
	Limit   string `json:"limit,omitempty"`
	Applies *bool  `json:"applies,omitempty"`
}

type lightRecord struct {
	Stage string `json:"stage"`
	Level string `json:"level"`
	Since string `json:"since,omitempty"`
	Ref   string `json:"ref"`
	State string `json:"state,omitempty"`
}

// roster is a roster body as the contract writes it.
type roster struct {
	Units  []unitRow   `json:"units"`
	People []personRow `json:"people"`
	Groups []groupRow  `json:"groups"`
}

type unitRow struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

type personRow struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Unit     string   `json:"unit"`
	Role     string   `json:"role"`
	DingTalk string   `json:"dingtalk"`
	Sectors  []string `json:"sectors,omitempty"`
	Active   bool     `json:"active"`
}

type groupRow struct {
	Key      string `json:"key"`
	Unit     string `json:"unit"`
	Tier     int    `json:"tier"`
	DingTalk string `json:"dingtalk"`
	Active   bool   `json:"active"`
}

func (d doors) postRoster(ctx context.Context, r roster) error {
	return d.post(ctx, "/api/v1/roster", d.admin, r)
}

func (d doors) postRecords(ctx context.Context, records []record) error {
	return d.post(ctx, "/api/v1/projects", d.intake, records)
}

// post sends a body; a refused record is an error, since the city's own data are meant to be without fault.
func (d doors) post(ctx context.Context, path, token string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode body for %s: %w", path, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.base+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("post to %s: %w", path, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("post to %s: %w", path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", path, err)
	}
	var counts struct{ Rejected int }
	if resp.StatusCode != http.StatusOK || json.Unmarshal(answer, &counts) != nil || counts.Rejected > 0 {
		return fmt.Errorf("post to %s: %s: %s", path, resp.Status, answer)
	}
	return nil
}
