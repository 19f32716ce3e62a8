package main

import (
	"github.com/spf13/cobra"

	"junma/app"
)

func rulesCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "rules [-c config.toml]",
		Short: "用文字列出规则库,并逐一核对每种项目、每个环节由谁负责",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			book, err := app.DefaultBook()
			if path != "" {
				config, loadErr := load(path)
				if loadErr != nil {
					return loadErr
				}
				book, err = config.Book, nil
			}
			if err != nil {
				return err
			}
			return book.Prose(cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&path, "config", "c", "", "配置文件;不写则列内置的规则库")
	return cmd
}
