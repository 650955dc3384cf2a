import DockerModel

/// Random values in place of all variables, by which a Compose file proves to hold none of the real ones.
///
/// Compose reads the file once with these. Whatever it takes from a variable is then a canary, and the rest of what it
/// prints cannot have come from one.
package struct Canaries: Sendable {
    private let mark: String
    private let values: [String: String]

    /// The service that ``wrapper(of:in:reading:)`` adds, to see that Compose puts no `env_file` into a template.
    private var probe: String { mark }

    /// - Parameter names: of all variables that the file may use; names that no `.env` can set are left out.
    package init(for names: Set<String>) {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in String(generator.next(), radix: 36) }.joined()
        let mark = "berth\(digits)x"
        self.mark = mark
        let settable = names.filter { name in
            name.utf8.first.map(Self.canBegin) == true && name.utf8.allSatisfy(Self.canContinue)
        }
        values = Dictionary(uniqueKeysWithValues: settable.sorted().enumerated().map { ($1, "\(mark)\($0)x") })
    }

    /// The names that a template uses without interpolation: in the lists of `environment`, and for secrets and configs.
    package static func names(in template: JSON) -> Set<String> {
        let entries = template["services"].members.values.flatMap { $0["environment"].elements }
        let sources = ["secrets", "configs"].flatMap { template[$0].members.values.map { $0["environment"] } }
        return Set((entries + sources).compactMap(\.text).map(name))
    }

    /// The names that an `.env` sets, and perhaps a few more: a version of Compose may see a name where another one sees a
    /// part of a value, and each needs a canary.
    package static func names(ofEnvironment text: String) -> Set<String> {
        let words = text.split(whereSeparator: \.isNewline).compactMap { line in
            line.prefix { $0 != "=" && $0 != ":" }.split { $0 == " " || $0 == "\t" }.last.map(String.init)
        }
        let names = words.filter { word in
            word.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "_")
            }
        }
        return Dotenv(text).names.union(names)
    }

    /// An `.env` with the canaries.
    package var environmentFile: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
    }

    /// A Compose file that includes the app's files with the canaries for all variables: in compose-go, an included file's
    /// variables win over those of its own `.env` and of the files that it includes in turn.
    ///
    /// - Parameters:
    ///   - files: the app's Compose files.
    ///   - environmentFile: holds ``environmentFile``.
    package func wrapper(of files: [String], in folder: String, reading environmentFile: String) -> JSON {
        let included: JSON = .object([
            "path": .array(files.map(JSON.string)),
            "project_directory": .string(folder),
            "env_file": .string(environmentFile),
        ])
        let service: JSON = .object(["image": .string("probe"), "env_file": .string(environmentFile)])
        return .object(["include": .array([included]), "services": .object([probe: service])])
    }

    /// An override without the configs that take their content from a variable: Compose cannot include these.
    ///
    /// - Returns: YAML; nil if there are none.
    package static func override(for template: JSON) -> String? {
        let names = template["configs"].members.filter { $0.value["environment"].text != nil }.keys.sorted()
        guard !names.isEmpty else { return nil }
        return "configs:\n" + names.map { "  \"\($0)\": !reset null\n" }.joined()
    }

    /// The template as it may be stored, with each variable's name in place of its canary.
    ///
    /// - Parameters:
    ///   - template: how Compose prints the app's files; of it, only what has no variables is used.
    ///   - proof: how Compose prints the wrapper.
    ///   - inherited: names that the `docker` process itself brings along, so that a canary may not have replaced them.
    /// - Returns: nil if it does not stand alone, or if a value may be in it.
    package func storable(_ template: JSON, proof: JSON, inherited: Set<String>) -> JSON? {
        let configs = template["configs"].members.filter { $0.value["environment"].text != nil }
        var result = proof
        result["services"].members[probe] = nil
        for (name, value) in template.members where name == "name" || name.hasPrefix("x-") { result[name] = value }
        for (name, config) in configs { result["configs"][name] = config }
        for name in result["configs"].members.keys where configs[name] != nil {
            result["configs"][name].members["content"] = nil
        }
        for name in result["secrets"].members.keys { result["secrets"][name].members["x-#value"] = nil }
        for (name, service) in result["services"].members {
            guard service["extends"] == .null else { return nil }
            guard case .array(let entries) = service["environment"] else { continue }
            result["services"][name]["environment"] = .array(entries.map { restored($0, inherited) })
        }
        guard result["include"] == .null, proof["services"][probe]["environment"] == .null, !holdsCanary(result) else {
            return nil
        }
        return result
    }

    /// An entry of an `environment` as it was written; for an inherited name the variable, whatever was written.
    private func restored(_ entry: JSON, _ inherited: Set<String>) -> JSON {
        guard let text = entry.text else { return entry }
        let name = Self.name(text)
        let isVariable = inherited.contains(name) || values[name].map { text == "\(name)=\($0)" } == true
        return isVariable ? .string(name) : entry
    }

    private func holdsCanary(_ value: JSON) -> Bool {
        switch value {
        case .string(let text): text.lowercased().contains(mark)
        case .array(let elements): elements.contains(where: holdsCanary)
        case .object(let members): members.contains { $0.key.lowercased().contains(mark) || holdsCanary($0.value) }
        case .null, .bool, .integer, .number: false
        }
    }

    private static func name(_ entry: String) -> String { String(entry.prefix { $0 != "=" }) }

    private static func canBegin(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private static func canContinue(_ byte: UInt8) -> Bool {
        canBegin(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "-")
    }
}
