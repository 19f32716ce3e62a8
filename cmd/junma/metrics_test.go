package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"junma/sandbox/dingtalk"
)

// scrape reads /metrics as Prometheus does, and gives the value of each series by its full name.
func scrape(t *testing.T, w *world, header http.Header) (series map[string]float64, text string, status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.address()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	series = map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(string(body))); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if number, err := strconv.ParseFloat(value, 64); ok && err == nil {
			series[name] = number
		}
	}
	return series, string(body), resp.StatusCode
}

func TestMetricsTellHowTheServiceStands(t *testing.T) {
	w := startWorld(t, "")
	w.play(t, mainSteps[:4]...) // up to the press on 报送情况
	got, text, _ := scrape(t, w, nil)
	for name, want := range map[string]float64{
		`junma_stream_connected{platform="dingtalk"}`:                                               1,
		`junma_stream_reconnects_total{platform="dingtalk"}`:                                        0,
		`junma_inbound_seconds_count{kind="click",outcome="committed",platform="dingtalk"}`:         1,
		`junma_inbound_seconds_bucket{kind="click",outcome="committed",platform="dingtalk",le="2"}`: 1,
		`junma_intake_records_total{kind="projects",outcome="accepted"}`:                            1,
		`junma_intake_records_total{kind="projects",outcome="rejected"}`:                            0,
		`junma_outbox_deliveries{state="dead"}`:                                                     0,
		`junma_outbox_deliveries{state="waiting"}`:                                                  0,
		`junma_outbox_oldest_seconds{state="waiting"}`:                                              0,
		`junma_quota_limit{meter="api",platform="dingtalk"}`:                                        5000,
		`junma_quota_limit{meter="event",platform="dingtalk"}`:                                      3000,
		`junma_quota_spent{platform="dingtalk"}`:                                                    0,
		`junma_outbox_held`:                                                                         0,
		`junma_last_day_done_timestamp_seconds`:                                                     1776700800, // 2026-04-21
	} {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("%s = %v (there: %t), want %v", name, value, ok, want)
		}
	}
	if calls, charged := got[`junma_quota_used{meter="api",platform="dingtalk"}`], w.sandbox.Meters().API.Used; int(calls) != charged || charged == 0 {
		t.Errorf("%v API calls counted, the platform charges %d", calls, charged)
	}
	if got[`junma_stream_last_inbound_timestamp_seconds{platform="dingtalk"}`] == 0 {
		t.Error("the last inbound frame is not told")
	}
	for _, private := range []string{"陈某", "user-", "云溪", "p1", "138"} {
		if strings.Contains(text, `"`+private) {
			t.Errorf("the metrics name %q", private)
		}
	}
}

// Whoever watches the numbers sees that the connection is lost, and that it is back.
func TestMetricsTellOfTheConnection(t *testing.T) {
	w := startWorld(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := w.sandbox.SetFault(dingtalk.Fault{Route: "stream.open", Kind: dingtalk.FaultRefuse, Status: 401, Code: "authFailed"})
	noError(t, err)
	_, err = w.sandbox.Stream("reset", "")
	noError(t, err)
	_, err = w.sandbox.WaitCalls(ctx, dingtalk.KindStreamOpen, 2) // the first one connected
	noError(t, err)
	const connected, reconnects = `junma_stream_connected{platform="dingtalk"}`, `junma_stream_reconnects_total{platform="dingtalk"}`
	if got, _, _ := scrape(t, w, nil); got[connected] != 0 || got[reconnects] != 0 {
		t.Errorf("refused: connected %v, reconnects %v", got[connected], got[reconnects])
	}
	w.sandbox.ClearFaults(0)
	noError(t, w.sandbox.WaitConnections(ctx, 1))
	noError(t, sayCommand(ctx, w, []string{"陈某", "帮助"})) // once it is answered the connection is known to stand
	if got, _, _ := scrape(t, w, nil); got[connected] != 1 || got[reconnects] != 1 {
		t.Errorf("back: connected %v, reconnects %v", got[connected], got[reconnects])
	}
}

// A used-up quota shows as a queue that grows older.
func TestMetricsTellHowLongTheQueueStands(t *testing.T) {
	w := startWorld(t, "")
	_, err := w.sandbox.SetFault(dingtalk.Fault{Route: "card.create", Kind: dingtalk.FaultRefuse, Status: 403, Code: "Forbidden.AccessDenied.ApiCountLimitForOrg"})
	if err != nil {
		t.Fatal(err)
	}
	w.play(t, mainSteps[:3]...)
	before, _, _ := scrape(t, w, nil)
	w.play(t, []string{"until", "2026-04-21T15:00:00+08:00"})
	after, _, _ := scrape(t, w, nil)
	const waiting, age = `junma_outbox_deliveries{state="waiting"}`, `junma_outbox_oldest_seconds{state="waiting"}`
	if before[`junma_quota_spent{platform="dingtalk"}`] != 1 {
		t.Error("the metrics don't tell that the quota is used up")
	}
	if before[waiting] == 0 || after[age]-before[age] != 5*60*60 {
		t.Errorf("waiting %v, age %v and five hours later %v", before[waiting], before[age], after[age])
	}
}

// The numbers are for this machine, and for who has a token; a proxy of this machine is no excuse.
func TestMetricsAreGuarded(t *testing.T) {
	w := startWorld(t, "")
	tests := []struct {
		name   string
		header http.Header
		want   int
	}{
		{"本机", nil, http.StatusOK},
		{"经代理转来", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, http.StatusUnauthorized},
		{"经代理转来,令牌不对", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "Authorization": {"Bearer " + adminToken}}, http.StatusUnauthorized},
		{"经代理转来,带令牌", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "Authorization": {"Bearer " + intakeToken}}, http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, text, status := scrape(t, w, tt.header); status != tt.want {
				t.Errorf("status %d, want %d: %s", status, tt.want, text)
			}
		})
	}
}
