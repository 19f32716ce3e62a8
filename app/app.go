// Package app plugs everything together: configuration in, one running service out. New builds it, Start opens its
// doors, Stop closes them in the opposite order. Advance lives through days on a movable clock.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"junma/bot"
	"junma/bot/dingtalk"
	"junma/handlers"
	"junma/mechanism"
	"junma/notify"
	"junma/schedule"
	"junma/store"
)

// Options are what the command line adds to the configuration.
type Options struct {
	Clock     *Clock                  // nil = the machine's clock; set = movable, nothing runs by itself
	Notice    string                  // a banner on every card, such as 示例数据
	Platforms map[string]bot.Platform // instead of the configured ones: for tests with another platform
	Log       *slog.Logger
}

// App is one running junma. Its methods are safe for concurrent use.
type App struct {
	config    *Config
	clock     *Clock
	now       func() time.Time
	log       *slog.Logger
	store     *store.Store
	platforms map[string]bot.Platform
	notifier  *notify.Notifier
	handlers  *handlers.Handlers
	metrics   *metrics
	listener  net.Listener
	advancing sync.Mutex // one Advance at a time

	stops []stop
}

// stop is one step of the teardown.
type stop struct {
	name string
	run  func(context.Context) error
}

// New opens the store and wires every part. Nothing listens and nothing is sent until Start.
func New(ctx context.Context, config *Config, o Options) (*App, error) {
	a := &App{config: config, clock: o.Clock, now: time.Now, log: o.Log, platforms: o.Platforms, metrics: newMetrics()}
	if a.clock != nil {
		a.now = a.clock.Now
	}
	opened, err := store.Open(ctx, store.Options{
		Path: config.Store.SQLitePath(), Evidence: config.Store.Evidence, Now: a.now, Log: a.log,
	})
	if err != nil {
		return nil, err
	}
	a.store = opened
	a.onStop("store", func(context.Context) error { return opened.Close() })
	if a.platforms == nil {
		a.platforms = configuredPlatforms(config, a.log)
	}
	a.notifier = notify.New(notify.Options{
		Store: opened, Book: config.Book, Platforms: a.platforms, Hours: config.Hours, Now: a.now, Wall: time.Now,
		Log: a.log, Notice: o.Notice, Quotas: config.quotas(), Workers: config.DingTalk.workers(),
	})
	a.handlers = handlers.New(handlers.Options{
		Store: opened, Notify: a.notifier, Book: config.Book, Platforms: a.platforms, Now: a.now, Log: a.log,
		Headings: config.Headings, Taken: a.metrics.taken, Corp: config.DingTalk.CorpID,
	})
	a.metrics.registry.MustRegister(gauges{opened, a.platforms, a.now, a.log, config.quotas(), a.notifier.Spent})
	a.notifier.Fetched, a.notifier.Make = a.handlers.Fetched, a.handlers.Make
	if err := a.keepBook(ctx); err != nil {
		return nil, errors.Join(err, a.Stop(ctx))
	}
	return a, nil
}

// configuredPlatforms makes the adapters of the sections that are on.
func configuredPlatforms(config *Config, log *slog.Logger) map[string]bot.Platform {
	platforms := map[string]bot.Platform{}
	if d := config.DingTalk; d.ClientID != "" {
		p := dingtalk.New(dingtalk.Options{
			ClientID: d.ClientID, ClientSecret: d.ClientSecret, RobotCode: d.RobotCode, CardTemplateID: d.CardTemplateID,
			APIBase: d.APIBase, OAPIBase: d.OAPIBase, AnswerRedraws: d.AnswerRedraws, RequestsPerSec: d.RequestsPerSec,
			CardsPerMinute: d.CardsPerMinute, Log: log,
		})
		platforms[p.Name()] = p
	}
	return platforms
}

// workers is how many sends may be in flight: those that the pace of the tenant lets begin within 400 ms. More would only
// wait their turn in the adapter, and an answer to a person behind them.
func (d DingTalk) workers() int { return min(max(8, d.RequestsPerSec*2/5), 96) }

// quotas are what each platform's tenant may use in a month.
func (c *Config) quotas() map[string]notify.Quota {
	return map[string]notify.Quota{"dingtalk": {Calls: c.DingTalk.APIQuota, Events: c.DingTalk.EventQuota}}
}

// Start opens the HTTP door, connects the platforms and, on the machine's clock, begins the schedule. After an error,
// which the end of ctx is too, everything is closed again.
func (a *App) Start(ctx context.Context) error {
	if err := a.start(ctx); err != nil {
		return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return nil
}

func (a *App) start(ctx context.Context) error {
	a.advancing.Lock() // a movable clock stands still until the day has begun
	defer a.advancing.Unlock()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.config.Service.Addr)
	if err != nil {
		return fmt.Errorf("service.addr = %q 上不能提供服务,请检查端口是否已被占用、地址是否属于本机: %w", a.config.Service.Addr, err)
	}
	a.listener = listener
	a.background("dispatcher", a.notifier.Run)
	for _, p := range a.platforms {
		if stream, ok := p.(bot.Stream); ok {
			inbox := timedInbox{a.handlers, p.Name(), a.metrics.inbound}
			a.background("stream "+p.Name(), func(ctx context.Context) error { return stream.Run(ctx, inbox) })
		}
	}
	a.serve(listener)
	if a.clock == nil {
		if err := a.startSchedule(); err != nil {
			return err
		}
	}
	if err := a.tellHold(ctx); err != nil {
		return err
	}
	a.log.Info("junma is ready", "addr", a.Addr(), "unconfirmed_limits", len(a.config.Book.Unconfirmed()))
	return a.handlers.DayBegan(ctx)
}

// tellHold says in the log when nothing is sent because the database was restored.
func (a *App) tellHold(ctx context.Context) error {
	return a.store.View(ctx, func(v *store.View) error {
		since, err := v.HeldSince()
		if err == nil && !since.IsZero() {
			a.log.Warn("nothing is sent: the database was restored; see junma release", "since", since)
		}
		return err
	})
}

// Addr is where the service listens.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Stop closes every door that was opened, last one first.
func (a *App) Stop(ctx context.Context) error {
	var all error
	for len(a.stops) > 0 {
		last := a.stops[len(a.stops)-1]
		a.stops = a.stops[:len(a.stops)-1]
		if err := last.run(ctx); err != nil {
			all = errors.Join(all, fmt.Errorf("stop %s: %w", last.name, err))
		}
	}
	return all
}

func (a *App) onStop(name string, run func(context.Context) error) {
	a.stops = append(a.stops, stop{name, run})
}

// background runs a part until Stop and waits for its end there.
func (a *App) background(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	a.onStop(name, func(limit context.Context) error {
		cancel()
		select {
		case err := <-done:
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		case <-limit.Done():
			return limit.Err()
		}
	})
}

func (a *App) serve(listener net.Listener) {
	server := &http.Server{
		Handler:           patient(a.routes(), pieceWithin, bodyWithin),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("HTTP server ended", "error", err)
		}
	}()
	a.onStop("http", server.Shutdown)
}

// startSchedule lets the day begin by itself. It runs every hour, since a day already begun costs one read and a
// failed one is made up within the hour.
func (a *App) startSchedule() error {
	scheduler, err := schedule.New(mechanism.Shanghai, a.log)
	if err != nil {
		return err
	}
	a.onStop("schedule", func(context.Context) error { return scheduler.Stop() })
	ctx, cancel := context.WithCancel(context.Background())
	a.onStop("jobs", func(context.Context) error { cancel(); return nil })
	if err := scheduler.Add(ctx, schedule.Job{Name: "day", At: "0 * * * *", Run: a.handlers.DayBegan}); err != nil {
		return err
	}
	scheduler.Start()
	return nil
}

// keepBook stores the rule book in force under its hash, so that every journal line can name it for good.
func (a *App) keepBook(ctx context.Context) error {
	text, err := encodeRules(a.config.Rules)
	if err != nil {
		return err
	}
	return a.store.Do(ctx, func(tx *store.Tx) error { return tx.SaveBook(a.config.Book.Hash(), text) })
}
