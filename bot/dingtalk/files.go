package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"junma/bot"
)

const fileTimeout = 2 * time.Minute

// Fetch copies a file that a person sent into w [KB 0719]. After an error w may hold a part of it; fetching again is
// always safe. The file's temporary address is asked for each time, used at once and never logged.
func (p *Platform) Fetch(ctx context.Context, f bot.File, w io.Writer, limit int64) error {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	address, err := p.fileAddress(ctx, f)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return &bot.Error{Op: name + " " + opFile, Kind: bot.Retry, Text: "the file's address is not valid"}
	}
	resp, err := p.files.Do(req)
	if err != nil {
		return &bot.Error{Op: name + " " + opFile, Kind: bot.Retry, Err: withoutURL(err)}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK { // an address that has expired is replaced by the next try
		return &bot.Error{Op: name + " " + opFile, Kind: bot.Retry, Code: resp.Status}
	}
	return copyFile(w, resp, limit)
}

// fileAddress asks for the temporary address: POST robot/messageFiles/download.
func (p *Platform) fileAddress(ctx context.Context, f bot.File) (string, error) {
	e, err := p.request(opFileURL, "POST", "/v1.0/robot/messageFiles/download", map[string]string{
		"downloadCode": f.Ref, "robotCode": p.opts.RobotCode,
	})
	if err != nil {
		return "", err
	}
	data, err := p.do(ctx, p.callOf(e))
	if err != nil {
		if e, ok := errors.AsType[*bot.Error](err); ok && e.Kind == bot.Unknown { // nothing was changed by asking
			e.Kind = bot.Retry
		}
		return "", err
	}
	var got struct {
		DownloadURL string `json:"downloadUrl"`
	}
	_ = json.Unmarshal(data, &got) // an answer without the address is judged below
	u, err := url.Parse(got.DownloadURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", &bot.Error{Op: name + " " + opFileURL, Kind: bot.Retry, Text: "the answer holds no address"}
	}
	return got.DownloadURL, nil
}

func copyFile(w io.Writer, resp *http.Response, limit int64) error {
	tooLarge := &bot.Error{Op: name + " " + opFile, Kind: bot.Refused, Code: "too large", Text: "the file is larger than allowed"}
	if resp.ContentLength > limit {
		return tooLarge
	}
	_, err := io.CopyN(w, resp.Body, limit)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return &bot.Error{Op: name + " " + opFile, Kind: bot.Retry, Err: withoutURL(err)}
	}
	if n, err := io.ReadFull(resp.Body, make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		if n > 0 {
			return tooLarge
		}
		return &bot.Error{Op: name + " " + opFile, Kind: bot.Retry, Err: withoutURL(err)}
	}
	return nil
}
