package config

import (
	"fmt"
	"net/url"
	"strings"
)

// Embedding is the encoder that helps matching to find what is said in other words or in
// another language; none without Where.
type Embedding struct {
	Where string // folder of a model, or http(s) address of a model server on the desk's own network
	Model string // its name at the server
	Key   string // bearer token for the server; "" sends none
	// Question and Document are written before a text, for models that want it.
	Question, Document string
}

// Served reports whether Where is the address of a server.
func (e Embedding) Served() bool {
	return strings.HasPrefix(e.Where, "http://") || strings.HasPrefix(e.Where, "https://")
}

// embeddingSettings are the rows of the encoder.
func embeddingSettings() []Setting {
	return []Setting{
		{Name: "embed", Help: "folder of a model, or address of a model server on this machine or in the desk's private network (as http://10.0.0.5:8000, asked at /v1/embeddings), for finding what is said in other words or another language; empty: the words alone",
			set: setEmbed, get: func(c Config) string { return c.Embedding.Where }},
		word("embed-model", "", "the model's name at the server; empty: its only one", func(c *Config) *string { return &c.Embedding.Model }),
		secret("embed-key", "key of the model server; empty: none is sent", func(c *Config) *string { return &c.Embedding.Key }),
		word("embed-question", "", "what is written before a message, for models that were trained so, as query:", func(c *Config) *string { return &c.Embedding.Question }),
		word("embed-document", "", "what is written before a text of the archive, as passage:", func(c *Config) *string { return &c.Embedding.Document }),
	}
}

// setEmbed accepts a folder or an address.
func setEmbed(c *Config, v string) error {
	c.Embedding.Where = v
	if !strings.Contains(v, "://") {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || !c.Embedding.Served() || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is neither a folder nor an address such as http://10.0.0.5:8000", v)
	}
	return nil
}
