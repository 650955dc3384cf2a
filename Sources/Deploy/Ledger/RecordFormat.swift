import DockerModel
import FoundationEssentials
import Linux
import Rules
import Systemd

extension Record {
    /// The record as JSON: the keys in the documented order, each on its own line; an unknown value is null. A terminal can
    /// show it.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try fields.map { name, value in
            "  \"\(name)\": " + String(decoding: try encoder.encode(value), as: UTF8.self).harmless
        }
        return Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8)
    }

    package init(json bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Record.self, from: Data(bytes))
    }

    // Each field is encoded on its own, because JSONEncoder can only sort keys by alphabet.
    private var fields: [(String, any Encodable)] {
        [
            ("app", app),
            ("number", number),
            ("request", request),
            ("by", by),
            ("verdict", verdict),
            ("cause", cause),
            ("reason", reason),
            ("hint", hint),
            ("received", received),
            ("started", started),
            ("ended", ended),
            ("variables", variables),
            ("directives", directives),
            ("services", services),
            ("images", images),
            ("docker", docker),
            ("compose", compose),
            ("project", project),
            ("releaseDigest", releaseDigest),
            ("files", files),
            ("phases", phases),
            ("resumed", resumed),
            ("steps", steps),
            ("rolledBackTo", rolledBackTo),
            ("filesPutBack", filesPutBack),
            ("running", running),
            ("evidence", evidence),
        ]
    }
}

extension Record {
    /// How long the deployment took, from its turn to its verdict; nil if it has not had both. The sum of its phases, which a
    /// monotonic clock measures. If an agent ended in the middle of a phase, the wall clock counts where it says more.
    var seconds: Double? {
        guard let started, let ended else { return nil }
        let times = phases.filter { $0.name != .claim }.map(\.seconds)
        let sum = times.reduce(0) { $0 + ($1 ?? 0) }
        let isKnown = !times.isEmpty && !times.contains(nil)
        return isKnown ? (sum * 1000).rounded() / 1000 : max(sum, (ended - started).inSeconds)
    }
}

/// What is asked of many records at once; to read them whole would take long.
struct RecordOutline: Decodable {
    let request: String?
    let verdict: Verdict?
    let ended: Timestamp?
    let project: ProjectName?
    let phases: [Record.PhaseTime]?

    init?(json bytes: [UInt8]) {
        guard let outline = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = outline
    }
}

extension String {
    /// The same JSON, with everything escaped on which a terminal, or what runs a CI job, would act: the encoder escapes only
    /// what JSON demands.
    package var harmless: String {
        var last: Unicode.Scalar?
        return unicodeScalars.reduce(into: "") { text, scalar in
            let isSecondHash = scalar == "#" && last == "#"
            let acts =
                scalar.isASCII
                ? scalar == "\u{7F}" : scalar.steersTerminals || scalar.properties.isDefaultIgnorableCodePoint
            if isSecondHash || acts {
                for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
                last = nil
            } else {
                text.unicodeScalars.append(scalar)
                last = scalar
            }
        }
    }
}
