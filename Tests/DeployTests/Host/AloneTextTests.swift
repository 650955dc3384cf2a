import Testing

@testable import Deploy

/// Whether a Compose file can be known to need no other one.
@Suite struct AloneTextTests {
    @Test(arguments: [
        "services: { app: { image: shop } }\n",
        "services:\n  app:\n    healthcheck: { test: [\"CMD-SHELL\", \"! test \\\"$X\\\" = '\\\\n' || exit 1\"] }\n",
        "services: { app: { command: [\"hello!\", \"100%\"] } }\n",
    ])
    func standsAlone(text: String) { #expect(AloneText.standsAlone(Array(text.utf8))) }

    @Test(arguments: [
        "include: [other.yaml]\n",
        "services: { app: { extends: { file: other.yaml } } }\n",
        "services: { app: { label_file: labels } }\n",
        "services: { app: { develop: { watch: [{ path: link }] } } }\n",
        "\"incl\\u0075de\": [other.yaml]\n",
        "\"incl\\x75de\": [other.yaml]\n",
        "? \"inc\\\nlude\"\n: [other.yaml]\n",
        "? \"inc\\\r\nlude\"\r\n: [other.yaml]\r\n",
        "!!binary aW5jbHVkZQ==: [other.yaml]\n",
        "!<tag:yaml.org,2002:binary> aW5jbHVkZQ==: [other.yaml]\n",
        "%TAG ! tag:yaml.org,2002:\n---\n{}\n",
    ])
    func mayNeedOthers(text: String) { #expect(!AloneText.standsAlone(Array(text.utf8))) }

    @Test func noWordIsFoundInUTF16() {
        let bytes = "include: [other.yaml]\n".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        #expect(!AloneText.standsAlone(bytes) && !AloneText.standsAlone([0xFF, 0xFE] + bytes))
    }
}
