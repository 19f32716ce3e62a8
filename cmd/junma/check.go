package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func checkCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "check -c config.toml",
		Short: "核对配置和规则库,一次报出全部错误",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintln(out, "配置无误。")
			if config.DingTalk.ClientID == "" {
				fmt.Fprintln(out, "注意:没有开启任何聊天平台(dingtalk.client_id 为空),预警会计算,但发不出去。")
			}
			unconfirmed := config.Book.Unconfirmed()
			if len(unconfirmed) == 0 {
				fmt.Fprintln(out, "时限均已核定。")
				return nil
			}
			fmt.Fprintf(out, "有 %d 条时限未核定(示例),据此计算的灯只作提示,不推送、不计次、不提级:\n", len(unconfirmed))
			for _, row := range unconfirmed {
				fmt.Fprintln(out, "  "+row)
			}
			return nil
		},
	}
	configFlag(cmd, &path)
	return cmd
}
