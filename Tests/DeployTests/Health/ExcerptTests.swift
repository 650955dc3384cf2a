import Testing

@testable import Deploy

@Suite struct ExcerptTests {
    @Test func isBounded() {
        let lines = Excerpt.lines((0..<200).map { "\($0) " + String(repeating: "x", count: 1000) })
        #expect(lines.count == Excerpt.lineLimit)
        #expect(lines.last?.hasPrefix("199 ") == true)
        #expect(lines.allSatisfy { $0.count <= Excerpt.length + 1 })
    }

    @Test func takesOutTheSecretsOfAnEnvFile() {
        let redaction = Redaction(
            environment: """
                # settings
                DATABASE_URL=postgres://shop:hunter22@db.example/shop
                SESSION_SECRET="very secret"
                API_KEY='k-123456'
                MODE=production
                SHORT_TOKEN=abc
                """,
            secrets: ["ci-token"]
        )
        let text = "mode production, abc, hunter22, very secret, k-123456, ci-token, postgres://shop:hunter22@db"
        #expect(
            redaction.apply(to: text)
                == "mode production, abc, [redacted], [redacted], [redacted], [redacted], postgres://shop:[redacted]@db"
        )
    }

    @Test func theLongerSecretGoesFirst() {
        #expect(Redaction(secrets: ["secret", "secret-and-more"]).apply(to: "secret-and-more") == "[redacted]")
    }
}
