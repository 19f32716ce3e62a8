package app

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"junma/bot"
	"junma/handlers"
	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// metrics are what GET /metrics tells. Names, people and projects never stand in it.
type metrics struct {
	registry *prometheus.Registry
	inbound  *prometheus.HistogramVec
	intake   *prometheus.CounterVec
}

// ackBuckets are seconds; the vendor waits 2 s for the acknowledgement of a press (KB-CARD 0007).
var ackBuckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 5, 10}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		inbound: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "junma_inbound_seconds", Buckets: ackBuckets,
			Help: "From a press or a message to its acknowledgement, committed or refused.",
		}, []string{"platform", "kind", "outcome"}),
		intake: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "junma_intake_records_total", Help: "Records that other systems sent, by what became of them.",
		}, []string{"kind", "outcome"}),
	}
	m.registry.MustRegister(m.inbound, m.intake, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// taken counts what came in; it is handlers.Options.Taken.
func (m *metrics) taken(kind string, accepted, rejected int) {
	m.intake.WithLabelValues(kind, "accepted").Add(float64(accepted))
	m.intake.WithLabelValues(kind, "rejected").Add(float64(rejected))
}

// timedInbox measures how long a platform waits for its acknowledgement.
type timedInbox struct {
	bot.Inbox
	platform string
	seconds  *prometheus.HistogramVec
}

// Click measures a press.
func (t timedInbox) Click(ctx context.Context, c bot.Click) (bot.Answer, error) {
	start := time.Now()
	answer, err := t.Inbox.Click(ctx, c)
	t.observe("click", start, err)
	return answer, err
}

// Message measures what a person said.
func (t timedInbox) Message(ctx context.Context, in bot.Incoming) error {
	start := time.Now()
	err := t.Inbox.Message(ctx, in)
	t.observe("message", start, err)
	return err
}

func (t timedInbox) observe(kind string, start time.Time, err error) {
	outcome := "committed"
	if err != nil {
		outcome = "refused"
	}
	t.seconds.WithLabelValues(t.platform, kind, outcome).Observe(time.Since(start).Seconds())
}

// gauges reads the state of the service when somebody asks.
type gauges struct {
	store     *store.Store
	platforms map[string]bot.Platform
	now       func() time.Time // business time
	log       *slog.Logger
	quotas    map[string]notify.Quota
	spent     func(platform string) bool
}

// Descriptions of the gauges.
var (
	outboxCount = describe("junma_outbox_deliveries", "Deliveries in a state that somebody should look at.", "state")
	outboxAge   = describe("junma_outbox_oldest_seconds", "How long the oldest open delivery of a state is overdue; 0 = none is.", "state")
	outboxHeld  = describe("junma_outbox_held", "1 = nothing is sent since the database was restored; see junma release.")
	lastDayDone = describe("junma_last_day_done_timestamp_seconds", "Beginning of the last civil day whose work is done for every project.")
	connected   = describe("junma_stream_connected", "1 = the platform's long connection stands.", "platform")
	lastInbound = describe("junma_stream_last_inbound_timestamp_seconds", "When a frame last came over the long connection, pings included.", "platform")
	usedMeter   = describe("junma_quota_used", "What the platform's tenant was charged for in this calendar month, as far as we count.", "platform", "meter")
	quotaLimit  = describe("junma_quota_limit", "What the platform's tenant may use in a calendar month ([dingtalk] api_quota, event_quota); 0 = unlimited.", "platform", "meter")
	spentQuota  = describe("junma_quota_spent", "1 = the platform refuses calls because the month's quota is used up: cards wait.", "platform")
	reconnects  = describe("junma_stream_reconnects_total", "How often the long connection was opened anew.", "platform")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe lists the gauges.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outboxCount, outboxAge, outboxHeld, lastDayDone, connected, lastInbound, reconnects, usedMeter, quotaLimit, spentQuota} {
		out <- d
	}
}

// Collect reads the gauges. Those of a store that can't be read are missing, which an alert on absence notices.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := g.store.View(ctx, func(v *store.View) error { return g.collectStore(out, v) }); err != nil {
		g.log.Error("the store could not be measured", "error", err)
	}
	for name, p := range g.platforms {
		out <- gauge(spentQuota, flag(g.spent(name)), name)
		stream, ok := p.(bot.Stream)
		if !ok {
			continue
		}
		status := stream.Status()
		out <- gauge(connected, flag(status.Connected), name)
		out <- prometheus.MustNewConstMetric(reconnects, prometheus.CounterValue, float64(status.Reconnects), name)
		if !status.LastInbound.IsZero() {
			out <- gauge(lastInbound, seconds(status.LastInbound), name)
		}
	}
}

func (g gauges) collectStore(out chan<- prometheus.Metric, v *store.View) error {
	depths, err := v.OutboxDepths()
	if err != nil {
		return err
	}
	at := map[store.DeliveryState]store.OutboxDepth{}
	for _, d := range depths {
		at[d.State] = d
	}
	for _, state := range []store.DeliveryState{store.DeliveryWaiting, store.DeliverySending, store.DeliveryUnknown, store.DeliveryDead} {
		d := at[state]
		out <- gauge(outboxCount, float64(d.Count), string(state))
		if state != store.DeliveryDead {
			out <- gauge(outboxAge, g.overdue(d.Oldest), string(state))
		}
	}
	since, err := v.HeldSince()
	if err != nil {
		return err
	}
	out <- gauge(outboxHeld, flag(!since.IsZero()))
	day, err := handlers.LastDay(v)
	if err == nil && !day.IsZero() {
		out <- gauge(lastDayDone, seconds(day.Time()))
	}
	if err != nil {
		return err
	}
	return g.collectUsage(out, v)
}

// collectUsage reads the month's meters. What was counted since the last delivery was settled is not in them yet.
func (g gauges) collectUsage(out chan<- prometheus.Metric, v *store.View) error {
	for name, p := range g.platforms {
		if _, ok := p.(bot.Metered); !ok {
			continue
		}
		used, err := v.Usage(name, mechanism.DateOf(g.now()))
		if err != nil {
			return err
		}
		out <- gauge(usedMeter, float64(used.Calls), name, "api")
		out <- gauge(usedMeter, float64(used.Events), name, "event")
		out <- gauge(quotaLimit, float64(g.quotas[name].Calls), name, "api")
		out <- gauge(quotaLimit, float64(g.quotas[name].Events), name, "event")
	}
	return nil
}

// overdue gives the seconds since a delivery's hour came.
func (g gauges) overdue(since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, g.now().Sub(since).Seconds())
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// serveMetrics is GET /metrics, for a program of this machine, or with an intake token. What a proxy of this machine
// passes on counts as coming from elsewhere.
func (a *App) serveMetrics() http.Handler {
	tell := promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelError)})
	tokens := reveal(a.config.Service.IntakeTokens)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fromLoopback(r) && !passedOn(r) || carries(r, tokens) {
			tell.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		answer(w, http.StatusUnauthorized, map[string]string{"error": "从其他机器读取指标,请在 Authorization 头中写 Bearer 加配置项 intake_tokens 中的一个令牌。"})
	})
}

// carries reports whether a request bears one of the tokens; all are compared, each in constant time.
func carries(r *http.Request, tokens []string) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, match := sha256.Sum256([]byte(strings.TrimSpace(token))), 0
	for _, wanted := range tokens {
		sum := sha256.Sum256([]byte(wanted))
		match |= subtle.ConstantTimeCompare(given[:], sum[:])
	}
	return match == 1 && strings.EqualFold(scheme, "Bearer")
}
