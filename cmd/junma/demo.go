package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"junma/app"
	"junma/sandbox"
	"junma/sandbox/city"
	"junma/sandbox/dingtalk"
)

// pastDays is how many days of history the sample city lives through when the demo starts.
const pastDays = 150

func demoCommand() *cobra.Command {
	var addr, data, level string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "在本机试用全部功能:模拟钉钉、示例城市、可拨动的时钟,不需要任何账号",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := logger(cmd.ErrOrStderr(), level)
			if err != nil {
				return err
			}
			if err := onLoopback(addr); err != nil {
				return err
			}
			dir, remove, err := demoFolder(data)
			if err != nil {
				return err
			}
			defer remove()
			return demo(cmd.Context(), addr, dir, cmd.OutOrStdout(), log)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "页面的地址,只能在本机")
	cmd.Flags().StringVar(&data, "data", "", "数据库和佐证放在哪个(空)文件夹;默认用临时文件夹,退出时删除")
	cmd.Flags().StringVar(&level, "log", "warn", "日志级别:debug、info、warn、error")
	return cmd
}

// onLoopback refuses an address that others could reach: whoever reaches the page acts as anybody.
func onLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usage(fmt.Errorf("--addr = %q:应为 地址:端口,例如 127.0.0.1:8080", addr))
	}
	if host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return usage(fmt.Errorf("--addr = %q:演示页面只能开在本机(127.0.0.1、::1 或 localhost),因为打开它的人可以扮演任何人", addr))
	}
	return nil
}

// demoFolder gives the folder for the demo's data, and what to do with it at the end.
func demoFolder(path string) (dir string, remove func(), err error) {
	if path == "" {
		dir, err := os.MkdirTemp("", "junma-demo-")
		return dir, func() { _ = os.RemoveAll(dir) }, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", nil, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", nil, err
	}
	if len(entries) > 0 {
		return "", nil, usage(fmt.Errorf("--data = %q:文件夹不是空的。演示每次都从头开始(模拟的手机不留存),请换一个空文件夹", path))
	}
	return path, func() {}, nil
}

// demo runs the pretend DingTalk with its page, junma on SQLite beside it, and the sample city, until ctx ends.
func demo(ctx context.Context, addr, dir string, out io.Writer, log *slog.Logger) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("页面地址 %s 打不开(可能已被占用,可用 --addr 换一个端口): %w", addr, err)
	}
	today := time.Now()
	clock := app.NewClock(atNine(today.AddDate(0, 0, -pastDays)))
	secret := rand.Text()
	pretend := dingtalk.New(dingtalk.Options{ClientID: "junma-demo", ClientSecret: secret, Now: func() time.Time { return clock.Now().In(shanghai) }})
	if err := pretend.SetSwitch(dingtalk.QPSEnforced, "off"); err != nil { // the past is lived in seconds
		return err
	}
	url := "http://" + listener.Addr().String()
	config, tokens, err := demoConfig(url, secret, dir)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, config, app.Options{Clock: clock, Notice: "示例数据", Log: log})
	if err != nil {
		return err
	}
	var past history
	server := &http.Server{
		Handler: sandbox.New(sandbox.Options{
			Server: pretend, Clock: demoClock{a, clock}, History: past.progress, Context: ctx, Log: log,
			Title: "骏马助手 · 模拟建德", Notice: "模拟环境:不是真的钉钉,人物、项目和日期均为虚构,时限为示例",
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	fmt.Fprintf(out, "骏马助手演示已启动,请用浏览器打开 %s\n按 Ctrl+C 结束。\n", url)
	if err := a.Start(ctx); err != nil {
		return err
	}
	err = liveThePast(ctx, out, &past, city.Options{
		Server: pretend, BaseURL: "http://" + a.Addr(), IntakeToken: tokens.intake, AdminToken: tokens.admin,
		Clock: demoClock{a, clock}, Seed: 1, Log: log,
	}, atNine(today).Add(15*time.Minute)) // the morning's cards are out by then
	if err == nil {
		<-ctx.Done()
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, stopApp(a))
}

// shanghai is the time zone that the page shows.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func atNine(t time.Time) time.Time {
	t = t.In(shanghai)
	return time.Date(t.Year(), t.Month(), t.Day(), 9, 0, 0, 0, shanghai)
}

// liveThePast founds the sample city and lets it live through its history.
func liveThePast(ctx context.Context, out io.Writer, past *history, options city.Options, until time.Time) error {
	c := city.New(options)
	if err := c.Found(ctx); err != nil {
		return err
	}
	err := c.Live(ctx, until, func(day time.Time, done, total int) {
		past.set(done, total)
		fmt.Fprintf(out, "\r正在推演此前%d天:%s(%d/%d)", pastDays, day.Format("2006-01-02"), done, total)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\r历史推演完毕,现在是 %s。页面上可以继续拨动时钟。\n", options.Clock.Now().Format("2006-01-02 15:04"))
	return nil
}

// demoTokens are the tokens of one demo; they never leave the process.
type demoTokens struct{ intake, admin string }

// demoConfig is the configuration of the demo: the embedded book with its samples accepted.
func demoConfig(url, secret, dir string) (*app.Config, demoTokens, error) {
	tokens := demoTokens{rand.Text(), rand.Text()}
	text := fmt.Sprintf(`
[service]
addr = "127.0.0.1:0"
intake_tokens = [%q]
admin_tokens = [%q]
[store]
url = %q
evidence = %q
[dingtalk]
client_id = "junma-demo"
client_secret = %q
api_base = %q
oapi_base = %q
requests_per_second = 1000
[limits]
accept_samples = true
`, tokens.intake, tokens.admin, "sqlite:"+filepath.ToSlash(filepath.Join(dir, "junma.db")),
		filepath.ToSlash(filepath.Join(dir, "evidence")), secret, url, url)
	config, err := app.ParseConfig([]byte(text), os.LookupEnv)
	return config, tokens, err
}

// demoClock moves the service's clock as the page and the city ask.
type demoClock struct {
	app   *app.App
	clock *app.Clock
}

// Now gives the business instant, in Shanghai.
func (c demoClock) Now() time.Time { return c.clock.Now().In(shanghai) }

// Advance moves on to an instant.
func (c demoClock) Advance(ctx context.Context, to time.Time, progress func(time.Time)) error {
	return c.app.Advance(ctx, to, progress)
}

// Move moves on to what the page asks for.
func (c demoClock) Move(ctx context.Context, to string, progress func(time.Time)) error {
	target, err := sandbox.Target(c.Now(), to, c.app.Workday)
	if err != nil {
		return err
	}
	return c.app.Advance(ctx, target, progress)
}

// history is how far the sample city has lived, for the page.
type history struct{ done, total atomic.Int64 }

func (h *history) set(done, total int) {
	h.done.Store(int64(done))
	h.total.Store(int64(total))
}

func (h *history) progress() (done, total int, label string) {
	return int(h.done.Load()), int(h.total.Load()), "正在推演示例城市的过去"
}
