package notify

import (
	"junma/bot"
	"junma/store"
)

// Draw gives a sent card as the project is now, with fresh button references saved in tx; viewer is the person (roster
// id) who looks at it. A card whose case has ended or moved on shows the present state and no acting button.
func (n *Notifier) Draw(tx *store.Tx, cardID, viewer string) (bot.Card, error) {
	return bot.Card{}, nil
}

// DrawFacts is Draw with the project's facts in place of the news: what [查看项目] shows. The card's own buttons stay.
func (n *Notifier) DrawFacts(tx *store.Tx, cardID, viewer string) (bot.Card, error) {
	return bot.Card{}, nil
}
