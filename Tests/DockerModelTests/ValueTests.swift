import FoundationEssentials
import Testing

@testable import DockerModel

@Suite("Values")
struct ValueTests {
    @Test(
        "a moment is read and written to the nanosecond",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2024-02-29T12:30:45.123456789Z", 1_709_209_845_123_456_789, "2024-02-29T12:30:45.123456789Z"),
            ("2024-02-29T12:30:45.5+02:30", 1_709_200_845_500_000_000, "2024-02-29T10:00:45.500000000Z"),
            ("2023-12-31T23:30:00-01:00", 1_704_069_000_000_000_000, "2024-01-01T00:30:00Z"),
            ("2000-03-01T00:00:00Z", 951_868_800_000_000_000, "2000-03-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999999Z"),
            ("2261-12-31T23:59:59Z", 9_214_646_399_000_000_000, "2261-12-31T23:59:59Z"),
            ("2024-01-01T00:00:00.1234567899Z", 1_704_067_200_123_456_789, "2024-01-01T00:00:00.123456789Z"),
        ] as [(String, Int64, String)]
    )
    func timestamp(text: String, nanoseconds: Int64, written: String) {
        #expect(Timestamp(text)?.nanoseconds == nanoseconds)
        #expect(Timestamp(nanoseconds: nanoseconds).description == written)
    }

    @Test(
        "never, and text that is no moment",
        arguments: [
            "0001-01-01T00:00:00Z", "", "2024-01-01", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Z ", "2300-01-01T00:00:00Z",
        ]
    )
    func noTimestamp(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("whatever moment is written can be read", arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
    func extremes(nanoseconds: Int64) throws {
        let moment = Timestamp(nanoseconds: nanoseconds)
        #expect(Timestamp(moment.description) == moment)
        #expect(try #require(Timestamp(moment.inMilliseconds)) <= moment)
        // In UTC it is in the year before.
        let early = try #require(Timestamp("1678-01-01T00:00:00+23:59"))
        #expect(Timestamp(early.description) == early)
    }

    @Test("every day of four centuries is written as it is parsed")
    func calendar() {
        var day: Int64 = -40 * 365
        while day < 100 * 366 {
            let timestamp = Timestamp(nanoseconds: day * 86_400_000_000_000)
            #expect(Timestamp(timestamp.description) == timestamp)
            day += 13
        }
    }

    @Test("moments have an order and a distance")
    func distance() throws {
        let early = try #require(Timestamp("2024-01-01T00:00:00.25Z"))
        let late = try #require(Timestamp("2024-01-01T00:00:01Z"))
        #expect(early < late)
        #expect(late - early == .milliseconds(750))
        #expect(early.unixTime == "1704067200.250000000")
    }

    @Test(
        "a moment in milliseconds, with finer digits cut off",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_709_209_845_123_456_789, "2024-02-29T12:30:45.123Z"),
            (1_709_209_845_999_999_999, "2024-02-29T12:30:45.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (-1_000_000, "1969-12-31T23:59:59.999Z"), (-1_000_001, "1969-12-31T23:59:59.998Z"),
            (7_000_000, "1970-01-01T00:00:00.007Z"),
        ] as [(Int64, String)]
    )
    func milliseconds(nanoseconds: Int64, written: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).inMilliseconds == written)
    }

    @Test("a moment is encoded in milliseconds, and decoded with all its digits")
    func timestampCoding() throws {
        let moment = Timestamp(nanoseconds: 1_709_209_845_123_456_789)
        let coded = try JSONEncoder().encode([moment])
        #expect(String(decoding: coded, as: UTF8.self) == #"["2024-02-29T12:30:45.123Z"]"#)
        let again = try JSONDecoder().decode([Timestamp].self, from: coded)
        #expect(again == [Timestamp(nanoseconds: 1_709_209_845_123_000_000)])
        #expect(try JSONEncoder().encode(again) == coded)
        let finer = #"["2024-02-29T12:30:45.123456789Z"]"#
        #expect(try JSONDecoder().decode([Timestamp].self, from: Data(finer.utf8)) == [moment])
    }

    @Test("invalid moments are not decoded", arguments: [#"["soon"]"#, #"[""]"#, #"["0001-01-01T00:00:00Z"]"#, "[1]"])
    func noTimestampCoding(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Timestamp].self, from: Data(json.utf8)) }
    }

    @Test(
        "a sum of a moment and a time, which ends at the last moment there is, or the first",
        arguments: [
            (0, .seconds(1), 1_000_000_000), (5, .nanoseconds(-7), -2), (0, .milliseconds(-1500), -1_500_000_000),
            (.max, .zero, .max), (.max, .nanoseconds(1), .max), (.max, .nanoseconds(-1), .max - 1),
            (.min, .nanoseconds(-1), .min), (.min, .nanoseconds(1), .min + 1),
            (0, .seconds(Int64.max), .max), (0, .seconds(Int64.min), .min),
            (.min, .seconds(Int64.max), .max), (.max, .seconds(Int64.min), .min),
            (0, .seconds(9_223_372_036) + .nanoseconds(854_775_807), .max),
            (0, .seconds(9_223_372_036) + .nanoseconds(854_775_808), .max),
            (1, .seconds(-9_223_372_036) - .nanoseconds(854_775_809), .min),
        ] as [(Int64, Duration, Int64)]
    )
    func sum(moment: Int64, time: Duration, expected: Int64) {
        #expect((Timestamp(nanoseconds: moment) + time).nanoseconds == expected)
    }

    @Test(
        "an image's reference falls into its parts",
        arguments: [
            ("nginx", "nginx", nil, nil),
            ("nginx:alpine", "nginx", "alpine", nil),
            ("acme/app:1", "acme/app", "1", nil),
            ("ghcr.io/acme/app:1.2", "ghcr.io/acme/app", "1.2", nil),
            ("127.0.0.1:5000/app", "127.0.0.1:5000/app", nil, nil),
            ("localhost/app:1", "localhost/app", "1", nil),
            ("host:5000/a/b:1@sha256:ab", "host:5000/a/b", "1", "sha256:ab"),
            ("app@sha256:ab", "app", nil, "sha256:ab"),
            ("index.docker.io/acme/app", "index.docker.io/acme/app", nil, nil),
            ("shop\u{601}:v1", "shop\u{601}", "v1", nil), ("shop:\u{301}v@\u{301}", "shop", "\u{301}v", "\u{301}"),
        ] as [(String, String, String?, String?)]
    )
    func reference(text: String, repository: String, tag: String?, digest: String?) {
        let reference = ImageReference(rawValue: text)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
        #expect(reference.digest == digest)
    }

    /// As the Engine's events name images.
    @Test(
        arguments: [
            ("nginx", "nginx:latest"), ("docker.io/library/nginx:alpine", "nginx:alpine"),
            ("docker.io/acme/shop:1", "acme/shop:1"),
            ("ghcr.io/acme/shop:1", "ghcr.io/acme/shop:1"), ("nginx@sha256:1", "nginx@sha256:1"),
        ] as [(ImageReference, ImageReference)]
    )
    func anImageHasAFamiliarName(image: ImageReference, familiar: ImageReference) {
        #expect(image.familiar == familiar)
    }
}
