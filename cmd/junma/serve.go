package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"junma/app"
)

// stopLimit is how long a stopping service waits for what is in flight.
const stopLimit = 20 * time.Second

func serveCommand() *cobra.Command {
	var path, clock, level string
	cmd := &cobra.Command{
		Use:   "serve -c config.toml",
		Short: "运行服务",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			log, err := logger(cmd.ErrOrStderr(), level)
			if err != nil {
				return err
			}
			moving, err := movableClock(config, clock)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), config, app.Options{Clock: moving, Log: log})
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&clock, "clock", "", "从这个时刻起用可拨动的时钟(仅限接口地址全在本机时),例如 2026-03-02T09:00:00+08:00")
	cmd.Flags().StringVar(&level, "log", "info", "日志级别:debug、info、warn、error")
	return cmd
}

// serve runs the service until ctx ends.
func serve(ctx context.Context, config *app.Config, options app.Options) error {
	a, err := app.New(ctx, config, options)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	if ctx.Err() == nil {
		tellSupervisor(options.Log, stateReady)
	}
	<-ctx.Done() // perhaps before the start was at its end, which has closed everything then
	tellSupervisor(options.Log, stateStopping)
	if err := stopApp(a); err != nil {
		return err
	}
	options.Log.Info("junma has stopped")
	return nil
}

func stopApp(a *app.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	return a.Stop(ctx)
}

// movableClock gives the clock that --clock asks for, or nil.
func movableClock(config *app.Config, text string) (*app.Clock, error) {
	if text == "" {
		return nil, nil
	}
	start, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, usage(fmt.Errorf("--clock = %q:应为带时区的时刻,例如 2026-03-02T09:00:00+08:00", text))
	}
	if !config.OnLoopback() {
		return nil, usage(errors.New("--clock 只能在 dingtalk.api_base 和 dingtalk.oapi_base 都指向本机(127.0.0.1、::1 或 localhost)时使用,以免按假日期打扰真实的人"))
	}
	return app.NewClock(start), nil
}

func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "", "配置文件(必填)")
}

// load reads the configuration; every fault of it is a fault of usage.
func load(path string) (*app.Config, error) {
	if path == "" {
		return nil, usage(errors.New("请用 -c 指定配置文件,例如 -c config.toml;可从 config.example.toml 抄一份改起"))
	}
	config, err := app.LoadConfig(path)
	if _, faulty := errors.AsType[app.Problems](err); faulty {
		return nil, usage(fmt.Errorf("配置 %s 有误,请逐条改正后再试:\n%w", path, err))
	}
	if err != nil {
		return nil, usage(err)
	}
	return config, nil
}

func logger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usage(fmt.Errorf("--log = %q:应为 debug、info、warn 或 error", level))
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}
