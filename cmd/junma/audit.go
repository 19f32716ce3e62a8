package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"junma/app"
)

func auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "核对日志:有没有被改动、缺失、调换或截短的行",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(auditVerifyCommand())
	return cmd
}

func auditVerifyCommand() *cobra.Command {
	var path, head string
	cmd := &cobra.Command{
		Use:   "verify -c config.toml [--head N:HASH]",
		Short: "逐行核对日志,服务不用停",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			var noted app.Head
			if cmd.Flags().Changed("head") {
				if noted, err = app.ParseHead(head); err != nil {
					return usage(err)
				}
			}
			end, err := app.Audit(cmd.Context(), config, noted)
			if err != nil {
				return err
			}
			tellAudit(cmd, noted, end)
			return nil
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&head, "head", "", "以前记下的日志校验值(见今日清单或服务日志),用来查出末尾被截短或整段改写")
	return cmd
}

// tellAudit says what was verified, and what was not.
func tellAudit(cmd *cobra.Command, noted, end app.Head) {
	out := cmd.OutOrStdout()
	if end.Seq == 0 {
		fmt.Fprintln(out, "日志还没有一行。")
		return
	}
	fmt.Fprintf(out, "日志共%d行,逐行相扣,没有改动、缺失或调换。\n", end.Seq)
	if noted.Seq > 0 {
		fmt.Fprintf(out, "第%d行与记下的校验值一致,到这一行为止没有截短或改写。\n", noted.Seq)
	} else {
		fmt.Fprintln(out, "没有写 --head,末尾有没有被截短、有没有整段改写没有核对;请从今日清单或服务日志抄一个日志校验值再核对。")
	}
	fmt.Fprintf(out, "现在的日志校验值:%s(抄在别处,下次核对用)\n", end)
}
