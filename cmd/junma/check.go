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

// quiet is the log of a command that prints its own findings.
var quiet = slog.New(slog.DiscardHandler)

// errFound says that check has found something to mend; the findings are printed already.
var errFound = errors.New("有需要处理的问题,见上。")

func checkCommand() *cobra.Command {
	var path, to string
	var online bool
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "check -c config.toml [--online [--to USERID]]",
		Short: "核对配置和规则库,一次报出全部错误;也可联网核对、试发一张卡片",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			if to != "" && !online {
				return usage(errors.New("--to 要和 --online 一起写"))
			}
			out := cmd.OutOrStdout()
			checkOffline(out, config)
			if !online {
				return nil
			}
			sound := checkOnline(cmd.Context(), out, config)
			if to != "" {
				if err := tryCard(cmd, config, to, wait); err != nil {
					return err
				}
			}
			return sound
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&online, "online", false, "再联网核对凭证、权限、数据库和名册,不打扰任何人")
	cmd.Flags().StringVar(&to, "to", "", "再给这个 userId 试发一张卡片,等本人按键(须先停下服务)")
	cmd.Flags().DurationVar(&wait, "wait", 2*time.Minute, "每次按键最多等多久")
	return cmd
}

func checkOffline(out io.Writer, config *app.Config) {
	fmt.Fprintln(out, "配置无误。")
	if config.DingTalk.ClientID == "" {
		fmt.Fprintln(out, "注意:没有开启任何聊天平台(dingtalk.client_id 为空),预警会计算,但发不出去。")
	}
	if config.DingTalk.CorpID == "" {
		fmt.Fprintln(out, "[dingtalk] corp_id 未填:不核对消息来自哪个组织,外部群也能被专班绑定为协调群;CorpId 在钉钉开发者后台首页。")
	} else {
		fmt.Fprintln(out, "[dingtalk] corp_id 已填:只接受带本组织编号的绑定和解绑,其他组织的消息不答复。")
	}
	unconfirmed := config.Book.Unconfirmed()
	if len(unconfirmed) == 0 {
		fmt.Fprintln(out, "时限均已核定。")
		return
	}
	fmt.Fprintf(out, "有 %d 条时限未核定(示例),据此计算的灯只作提示,不推送、不计次、不提级:\n", len(unconfirmed))
	for _, row := range unconfirmed {
		fmt.Fprintln(out, "  "+row)
	}
}

func checkOnline(ctx context.Context, out io.Writer, config *app.Config) error {
	fmt.Fprintln(out, "联网核对:")
	var err error
	for _, f := range app.CheckOnline(ctx, config, quiet) {
		if !printFinding(out, f.OK, f.Minor, f.What, f.Say) {
			err = errFound
		}
	}
	return err
}

// tryCard sends the trial card and prints what it has shown, with the lines to set.
func tryCard(cmd *cobra.Command, config *app.Config, to string, wait time.Duration) error {
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, "试发卡片:")
	shown, err := app.RunTrial(cmd.Context(), config, app.TrialOptions{
		To: to, Patience: wait, Log: quiet, Say: func(text string) { fmt.Fprintln(out, "  …… "+text) },
	})
	if err != nil {
		return err
	}
	for _, f := range shown.Findings {
		if !printFinding(out, f.OK, f.Minor, f.What, f.Say) {
			err = errFound
		}
	}
	if len(shown.Advice) > 0 {
		fmt.Fprintln(out, "请在配置中写:\n  [dingtalk]")
		for _, line := range shown.Advice {
			fmt.Fprintln(out, "  "+line)
		}
	}
	return err
}

// printFinding prints one finding and gives whether the service can do with it.
func printFinding(out io.Writer, ok, minor bool, what, say string) bool {
	mark := "[好]"
	switch {
	case !ok && minor:
		mark = "[注意]"
	case !ok:
		mark = "[错]"
	}
	if say != "" {
		say = ":" + say
	}
	fmt.Fprintf(out, "  %s %s%s\n", mark, what, say)
	return ok || minor
}
