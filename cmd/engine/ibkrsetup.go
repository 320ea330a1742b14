package main

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"gannet/broker/ibkr"
)

// setupVerbs are for the time before anything works.
func (v *ibkrVerbs) setupVerbs() []*cobra.Command {
	return []*cobra.Command{v.checkVerb(), v.keysVerb(), v.pinVerb()}
}

// recordedPin is the JSON of pin.
type recordedPin struct {
	URL     string `json:"url"`
	Pin     string `json:"pin"`
	Subject string `json:"subject"`
	Until   string `json:"valid_until"` // RFC 3339
	Trusted bool   `json:"trusted"`     // by this system's roots
}

func (v *ibkrVerbs) pinVerb() *cobra.Command {
	return &cobra.Command{
		Use: "pin [URL]", Short: "Print the pin of a gateway's key and how to configure it",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s wants one address, got %d; such as https://localhost:5000", cmd.CommandPath(), len(args))
			}
			return nil
		},
		Long: `Print the pin of the key that a gateway shows, and how to put it into the configuration: from then on only that key is
trusted. Run it on the gateway's own machine, or compare: whoever sits between sees to it that it is his key.`,
		Example: "  engine ibkr pin https://localhost:5000\n  engine ibkr pin -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				v.flags.baseURL = args[0]
			}
			t, err := v.target(nil)
			if err != nil {
				return err
			}
			return v.app.printPin(cmd.Context(), t)
		},
	}
}

func (a *app) printPin(ctx context.Context, t *ibkrTarget) error {
	address, err := ibkr.BaseURL(t.baseURL)
	if err != nil {
		return &usageError{err}
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return usagef("%s: plain http has no key to pin", address)
	}
	pin, cert, err := ibkr.RecordPin(ctx, address)
	if err != nil {
		return fmt.Errorf("%w; engine ibkr check says what to do", err)
	}
	r := recordedPin{
		URL: u.Scheme + "://" + u.Host, Pin: pin, Subject: plain(cert.Subject), Until: cert.To.UTC().Format(time.RFC3339), Trusted: cert.Trusted,
	}
	if a.json() {
		return a.printJSON(r)
	}
	err = pairs(a.out, [2]string{"pin", r.Pin}, [2]string{"subject", r.Subject}, [2]string{"valid until", r.Until},
		[2]string{"trusted by this system", yesNo(r.Trusted)})
	if err == nil {
		_, err = fmt.Fprintf(a.out, pinHelp, r.URL, r.Pin)
	}
	return err
}

const pinHelp = `
In the configuration:

broker:
  ibkr:
    base_url: %s
    pin: %s

or --pin, or GANNET__BROKER__IBKR__PIN. Compare it on the gateway's machine before you trust it.
`

func (v *ibkrVerbs) keysVerb() *cobra.Command {
	return &cobra.Command{
		Use: "keys FOLDER", Short: "Make the keys of OAuth 1.0a and say where to upload them",
		Args: oneArg("folder", "such as ./oauth"),
		Long: `Make the keys of OAuth 1.0a in a folder: two RSA keys and Diffie-Hellman parameters, of mode 0600, and say which of them
to upload and where. A file that is there already is never overwritten.`,
		Example: "  engine ibkr keys ./oauth\n  engine ibkr keys ./oauth -o json",
		RunE:    func(_ *cobra.Command, args []string) error { return v.app.makeKeys(args[0]) },
	}
}

// madeKeys is the JSON of keys: names of files, never what is in them.
type madeKeys struct {
	SignatureKey  string   `json:"signature_key"`
	EncryptionKey string   `json:"encryption_key"`
	DHParams      string   `json:"dh_params"`
	Upload        []string `json:"upload"`
	UploadTo      string   `json:"upload_to"`
}

func (a *app) makeKeys(folder string) error {
	k, err := ibkr.GenerateKeys(folder)
	if err != nil {
		return err
	}
	m := madeKeys{
		SignatureKey: k.SignatureKey, EncryptionKey: k.EncryptionKey, DHParams: k.DHParams,
		Upload: []string{k.SignaturePublic, k.EncryptionPublic, k.DHParams}, UploadTo: k.UploadTo,
	}
	if a.json() {
		return a.printJSON(m)
	}
	_, err = fmt.Fprintf(a.out, keysHelp, m.SignatureKey, m.EncryptionKey, m.UploadTo, m.Upload[0], m.Upload[1], m.Upload[2])
	return err
}

const keysHelp = `Private, they stay here:
  %s
  %s

Upload at %s
  signing key              %s
  encryption key           %s
  Diffie-Hellman parameter %s

Choose a consumer key of nine capital letters there, and note the access token and its secret: they are shown once.
IBKR knows a new consumer key after its next midnight. docs/ibkr.md goes on from here.
`
