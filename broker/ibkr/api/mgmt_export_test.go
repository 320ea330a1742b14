package api

// Samples and TestSigner are for the tests outside the package.
var (
	Samples    = samples
	TestSigner = newTestSigner
)
