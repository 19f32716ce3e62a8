// Package shapeproof compares our DingTalk with the vendor's: the official REST SDK must work against the pretend
// server, and what the adapter sends must fit the SDK's request models without loss. It is a module of its own, so that
// the SDK and its hundred packages stay out of the product.
package shapeproof
