// Package zalo is the two ways in and out by Zalo: an Official Account, and a
// bot of the newer Bot Platform. They are two channels, "zalo" and "zalobot".
//
// It owns: both webhooks with what proves them (a mac over the raw bytes; a
// secret in a header), long polling for the bot, what of an event is a delivery
// and what is left behind (names, portraits, phone numbers, places, file
// names), answers tied to the message they answer, the account's tokens that
// change with every use, fetching a file, and what error numbers mean.
//
// It does not own: the conversation (intake), when a message is sent and tried
// again (deliver), whether a file may be kept (media).
//
// Formats: https://docs.zaloplatforms.com/docs/OA and …/docs/BOT. What public
// sources tell differently is a setting, with the safe side as default.
//
// Start reading at: NewAccount in account.go, NewBot in bot.go.
package zalo
