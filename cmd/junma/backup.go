package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"junma/app"
)

// exactly is an argument check that says in Chinese what is wanted.
func exactly(n int, wanted string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(fmt.Errorf("%s 后面要写%s,用法见 %s --help", cmd.CommandPath(), wanted, cmd.CommandPath()))
		}
		return nil
	}
}

func backupCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "backup -c config.toml FILE",
		Short: "把数据库和佐证材料备份成一个新文件,服务不用停",
		Args:  exactly(1, "一个新的备份文件名,例如 junma-20260302.tar.gz"),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			m, err := app.Backup(cmd.Context(), config, programName(), args[0])
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "已备份到 %s:数据库1个,佐证材料%d份,日志%d行。\n", args[0], len(m.Files)-1, m.Journal)
			tellJournal(out, m.Head())
			return damaged(m.Damaged())
		},
	}
	configFlag(cmd, &path)
	return cmd
}

// tellJournal shows the head with which junma audit verify compares the journal later.
func tellJournal(out io.Writer, head app.Head) {
	if head.Seq > 0 {
		fmt.Fprintf(out, "日志校验值:%s(抄在别处,日后用 junma audit verify --head 核对日志有没有被截短或改写)\n", head)
	}
}

// damaged makes files of evidence whose content has changed an error, so that whoever runs the backup notices.
func damaged(names []string) error {
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("其中%d份佐证材料的内容与编号不符,备份前就已损坏,请从更早的备份中找回:\n  %s", len(names), strings.Join(names, "\n  "))
}

func restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore FILE DIR",
		Short: "核对备份文件并恢复到一个空文件夹",
		Args:  exactly(2, "备份文件和一个空文件夹"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := app.Restore(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "已核对并恢复到 %s:%s 的备份,佐证材料%d份,日志%d行。\n", args[1], m.MadeAt.In(shanghai).Format("2006-01-02 15:04"), len(m.Files)-1, m.Journal)
			tellJournal(out, m.Head())
			fmt.Fprint(out, restoredAdvice)
			return damaged(m.Damaged())
		},
	}
}

const restoredAdvice = `下一步:
  1. 让配置 [store] 的 url 和 evidence 指向这个文件夹里的 junma.db 和 evidence。
  2. 备份之后可能已经发过消息,所以恢复出来的发件箱先不发送。用 junma release -c config.toml 看清单,
     停着服务时加 --send 照发(收件人可能收到与旧卡片重复的新卡片,旧卡片的按钮不再有效),或加 --drop 全部作废。
  3. 备份之后的报送和办理不在其中,请通知有关单位重做。
`

func releaseCommand() *cobra.Command {
	var path string
	var send, drop bool
	cmd := &cobra.Command{
		Use:   "release -c config.toml [--send | --drop]",
		Short: "从备份恢复后,核对并放行发件箱",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			if send && drop {
				return usage(errors.New("--send 和 --drop 只能写一个"))
			}
			out := cmd.OutOrStdout()
			held, err := app.HeldBack(cmd.Context(), config)
			if err != nil {
				return err
			}
			if held.Since.IsZero() {
				fmt.Fprintln(out, "发件箱没有暂停,不需要放行。")
				return nil
			}
			if !send && !drop {
				listHeld(out, held)
				return nil
			}
			n, err := app.Release(cmd.Context(), config, drop)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "已放行。%d条%s;请启动服务。\n", n, map[bool]string{true: "已作废,不再发送", false: "到时发送"}[drop])
			return nil
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&send, "send", false, "照清单发送(须先停下服务)")
	cmd.Flags().BoolVar(&drop, "drop", false, "清单上的全部作废(须先停下服务)")
	return cmd
}

func listHeld(out io.Writer, held app.Held) {
	fmt.Fprintf(out, "发件箱自 %s 从备份恢复起暂停,待发%d条:\n", held.Since.In(shanghai).Format("2006-01-02 15:04"), len(held.Open))
	for _, line := range held.Open {
		fmt.Fprintln(out, "  "+line)
	}
	fmt.Fprintln(out, "核对后停下服务,加 --send 照发,或加 --drop 全部作废。")
}
