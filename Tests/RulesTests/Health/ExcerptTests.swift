import Testing

@testable import Rules

@Suite struct ExcerptTests {
    @Test(arguments: [
        ("", ""), ("short", "short"),
        (String(repeating: "x", count: Excerpt.length), String(repeating: "x", count: Excerpt.length)),
        (String(repeating: "x", count: Excerpt.length + 1), String(repeating: "x", count: Excerpt.length) + "…"),
        (String(repeating: "ü", count: 1000), String(repeating: "ü", count: Excerpt.length) + "…"),
        // One character may have any number of accents.
        ("e" + String(repeating: "\u{301}", count: 1000), "e" + String(repeating: "\u{301}", count: 399) + "…"),
    ])
    func aLineThatIsTooLongLosesItsEnd(line: String, expected: String) {
        #expect(Excerpt.line(line) == expected)
    }

    @Test(arguments: [0, 1, Excerpt.lineLimit, Excerpt.lineLimit + 1, 200])
    func theLastLinesStay(count: Int) {
        let lines = (0..<count).map { "\($0) " + String(repeating: "x", count: 1000) }
        let excerpt = Excerpt.lines(lines)
        #expect(excerpt == lines.suffix(Excerpt.lineLimit).map(Excerpt.line))
        #expect(excerpt.count == min(count, Excerpt.lineLimit))
        #expect(excerpt.allSatisfy { $0.unicodeScalars.count <= Excerpt.length + 1 })
    }
}

@Suite struct RedactionTests {
    /// A line of an `.env`, the app's output, and the redacted output.
    @Test(arguments: [
        ("API_KEY=k-123456", "k-123456", "[redacted]"),
        ("session_secret=very secret", "(very secret)", "([redacted])"),
        ("export DB_PASSWORD=hunter22", "hunter22hunter22", "[redacted][redacted]"),
        ("DB_PASSWD= hunter22 \r", "hunter22", "[redacted]"),
        ("TOKEN='k-123456'", "k-123456", "[redacted]"),
        ("TOKEN=\"k=123456==\"", "k=123456==", "[redacted]"),
        ("TOKEN=k\"12345", "k\"12345", "[redacted]"),
        // For Compose, a blank and `#` begin a comment, but not within quotes.
        ("TOKEN=k-123456 # of the shop", "k-123456", "[redacted]"),
        ("TOKEN=k-123456\t# of the shop", "k-123456", "[redacted]"),
        ("TOKEN=k-123456#7", "k-123456#7", "[redacted]"),
        ("TOKEN=\"k-123456 #7\" # of the shop", "k-123456 #7", "[redacted]"),
        ("TOKEN='k-123456' # of the 'shop'", "k-123456", "[redacted]"),
        ("DATABASE_URL=postgres://shop:hunter22@db/shop", "shop hunter22", "shop [redacted]"),
        ("DATABASE_URL=postgres://shop:hunt@r22@db/shop", "hunt@r22", "[redacted]"),
        ("DATABASE_URL=postgres://shop:hunt,r22@db/shop", "hunt,r22", "[redacted]"),
        ("DATABASE_URL='postgres://shop:hunter22@db' # main", "hunter22", "[redacted]"),
        ("BROKERS=amqp://a:hunter22@x,amqp://b:hunter33@y", "hunter22 hunter33", "[redacted] [redacted]"),
        ("REDIS=redis://:hunter22@cache:6379/0?a=b:c@d", "hunter22 b:c@d", "[redacted] b:c@d"),
        // A value in quotes may have several lines, of which a log shows one at a time.
        (
            "PEM_KEY='-----BEGIN KEY-----\nMIIEpAIBAAK\nCAQEA1234\n-----END KEY-----'", "got MIIEpAIBAAK, CAQEA1234",
            "got [redacted], [redacted]"
        ),
        ("PEM_KEY=\"MIIEpAIBAAK\\nCAQEA1234\"", "MIIEpAIBAAK CAQEA1234", "[redacted] [redacted]"),
        ("TOKEN=\"k\\\"123456\"", "k\"123456", "[redacted]"),
        ("TOKEN='k\\'123456'", "k'123456", "[redacted]"),
        ("TOKEN=\"k\\\\123456\"", "k\\123456", "[redacted]"),
        ("TOKEN: k-123456", "k-123456", "[redacted]"),
        // What joins the last character of a secret in the output, or the mark before it in the file.
        ("TOKEN=k-123456", "k-123456\u{301} k-123456\u{200D}", "[redacted]\u{301} [redacted]\u{200D}"),
        ("TOKEN=\u{301}k-123456", "\u{301}k-123456", "[redacted]"),
        ("TOKEN=\"\u{301}k-123456\"", "\u{301}k-123456", "[redacted]"),
        // What joins the last character of a name, or the sign after a password.
        ("API_KEY\u{301}=k-123456", "k-123456", "[redacted]"),
        ("DATABASE_URL=postgres://shop:hunter22@\u{301}db/shop", "hunter22", "[redacted]"),
        // Two spellings of the same accent.
        (
            "A_TOKEN=caf\u{E9}-12\nB_TOKEN=cafe\u{301}-12", "caf\u{E9}-12 cafe\u{301}-12",
            "[redacted] [redacted]"
        ),
        // Secrets that overlap.
        ("A_TOKEN=abcdef\nB_TOKEN=defghi", "abcdefghi", "[redacted]"),
        ("NOTE='two\nlines'\nTOKEN=k-123456", "k-123456", "[redacted]"),
        ("NOTE=\"open\nTOKEN=k-123456", "k-123456", "[redacted]"),
        // Words that many programs print are no secret, whatever their name.
        ("AUTH_MODE=disabled", "disabled", "disabled"),
        ("AUTH_REQUIRED=Optional", "optional Optional", "optional Optional"),
        // Nothing to hide.
        ("MODE=production", "production", "production"),
        ("SITE=https://shop.example:8443/a:b@c", "https://shop.example:8443/a:b@c", "https://shop.example:8443/a:b@c"),
        ("SITE=https://shop@example", "shop", "shop"),
        ("PIN_TOKEN=12345", "12345", "12345"),
        ("TOKEN=", "token", "token"),
        ("TOKEN", "TOKEN", "TOKEN"),
        ("=production", "production", "production"),
        ("", "", ""),
    ])
    func theSecretsOfAnEnvFileAreTakenOut(line: String, text: String, expected: String) {
        let redaction = Redaction(environment: "A=1\n# settings\n\(line)\nB=2\n")
        #expect(redaction.apply(to: text) == expected)
    }

    @Test(arguments: [
        "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "KEY", "CREDENTIALS", "SENTRY_DSN", "SALT", "PRIVATE",
        "SIGN", "SIGNING", "SIGNATURE", "CERT", "HASH", "STRIPE_SK", "PIN", "CRED", "SID",
    ])
    func aNameThatSoundsLikeASecretIsOne(name: String) {
        #expect(Redaction(environment: "MY_\(name)_2=k-123456").apply(to: "k-123456") == "[redacted]")
        #expect(Redaction(environment: "\(name.lowercased())=k-123456").apply(to: "k-123456") == "[redacted]")
    }

    /// Short words count only as whole words of a name.
    @Test(arguments: ["SHIPPING_HOST", "SIGNUP_PAGE", "INSIDE", "TASK", "IMAGE_TAG", "GIT_HASH", "COMMIT_HASH"])
    func aNameThatOnlyContainsThemIsNone(name: String) {
        #expect(Redaction(environment: "\(name)=k-123456").apply(to: "k-123456") == "k-123456")
    }

    @Test func theCredentialIsTakenOutToo() {
        let redaction = Redaction(environment: "TOKEN=k-123456", secrets: ["ghs-7890", "12345"])
        #expect(redaction.apply(to: "ghs-7890 k-123456 12345") == "[redacted] [redacted] 12345")
    }

    @Test(arguments: [["secret", "secret-and-more"], ["secret-and-more", "secret"]])
    func theLongerSecretGoesFirst(secrets: [String]) {
        #expect(Redaction(secrets: secrets).apply(to: "secret-and-more, secret") == "[redacted], [redacted]")
    }

    @Test func withoutSecretsNothingIsTakenOut() {
        #expect(Redaction(secrets: []).apply(to: "as it was") == "as it was")
        #expect(Redaction(secrets: [""]).apply(to: "as it was") == "as it was")
    }
}
