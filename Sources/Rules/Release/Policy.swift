import DockerModel

/// A release's policy for its own deployment: the extension `x-berth` of its Compose file.
package struct Policy: Equatable, Sendable {
    package var health = HealthPolicy()
    package var steps: [Step] = []
    /// Whether berth may roll back to the last good release if this one is not healthy.
    package var mayRollBack = true
    /// Paths in the app's folder that belong to the release, or not, beside what its services mount read-only.
    package var files: [NamedFile] = []

    package init() {}

    /// One command around the switch.
    package struct Step: Equatable, Sendable {
        package enum Moment: String, Sendable, Codable {
            /// Before the switch.
            case before
            /// After the gate.
            case after
        }

        package enum Place: String, Sendable, Codable {
            /// In a container of its own from the new image (`docker compose run --rm`).
            case new
            /// In the running app (`docker compose exec`), which before the switch is the release that it replaces.
            case running
        }

        package let name: String
        package let service: ServiceName
        package let command: [String]
        package let moment: Moment
        package let place: Place
        /// The earlier step whose output becomes the standard input; nil for an empty one.
        package let input: String?
        /// The backup that the standard output becomes; nil if it goes to the journal.
        package let output: Output?
        package let timeout: Duration
    }

    /// `nginx/conf.d`, or `!static` for a path that is no file of the release.
    package struct NamedFile: Equatable, Sendable {
        package let path: ReleasePath
        package let isLeft: Bool
    }

    /// The steps of one moment, in the file's order.
    package func steps(_ moment: Step.Moment) -> [Step] {
        steps.filter { $0.moment == moment }
    }
}

extension Policy: Decodable {
    /// Decodes `x-berth`. An unknown key or an invalid value is an error, so that a misspelt policy is not silently
    /// ignored.
    package init(from decoder: any Decoder) throws {
        let keys = try decoder.strictKeys(Key.self)
        health = try keys.decodeIfPresent(HealthInput.self, forKey: .health)?.policy ?? health
        steps = try keys.decodeIfPresent([StepInput].self, forKey: .steps)?.map(\.step) ?? []
        files =
            try keys.decodeIfPresent([String].self, forKey: .files)?.map { text in
                let isLeft = text.hasPrefix("!")
                guard let path = ReleasePath(isLeft ? String(text.dropFirst()) : text), !path.components.isEmpty else {
                    throw keys.error(.files, "\(text) is not a path within the app's folder, such as nginx/conf.d")
                }
                return NamedFile(path: path, isLeft: isLeft)
            } ?? []
        switch try keys.decodeIfPresent(String.self, forKey: .rollback) {
        case nil, "auto": mayRollBack = true
        case "never": mayRollBack = false
        case let other?: throw keys.error(.rollback, "\(other) is neither auto nor never")
        }
    }

    /// Checks the steps against the services of the Compose file.
    package func check(against model: ComposeModel) throws(Failure) {
        for step in steps where model.services[step.service] == nil {
            throw Failure(
                .policyInvalid,
                "step \(step.name) of x-berth",
                "names service \(step.service), which the Compose file does not have",
                hint: "name one of its services"
            )
        }
        for (index, step) in steps.enumerated() where steps[..<index].contains(where: { $0.name == step.name }) {
            throw Failure(
                .policyInvalid,
                "x-berth",
                "has two steps named \(step.name)",
                hint: "give each step a name of its own"
            )
        }
        try checkBackups()
    }
}

private struct HealthInput: Decodable {
    var policy = HealthPolicy()

    init(from decoder: any Decoder) throws {
        let keys = try decoder.strictKeys(Policy.HealthKey.self)
        policy.timeout = try keys.timeout(.timeout)
        policy.stable = try keys.duration(.stable) ?? policy.stable
        policy.failFast = try keys.decodeIfPresent(Bool.self, forKey: .failFast) ?? policy.failFast
        policy.observe = try keys.duration(.observe) ?? policy.observe
        if let restarts = try keys.decodeIfPresent(Int.self, forKey: .restarts) {
            guard 0...1000 ~= restarts else {
                throw keys.error(.restarts, "\(restarts) is not a number from 0 to 1000")
            }
            policy.restarts = restarts
        }
    }
}

private struct StepInput: Decodable {
    let step: Policy.Step

    init(from decoder: any Decoder) throws {
        let keys = try decoder.strictKeys(Policy.StepKey.self)
        let name = try keys.decode(String.self, forKey: .name)
        guard !name.isEmpty else { throw keys.error(.name, "must not be empty") }
        let command = try keys.decode([String].self, forKey: .command)
        guard !command.isEmpty else { throw keys.error(.command, "must not be empty") }
        let moment = try keys.decode(String.self, forKey: .when)
        guard let moment = Policy.Step.Moment(rawValue: moment) else {
            throw keys.error(.when, "\(moment) is neither before nor after")
        }
        step = Policy.Step(
            name: name,
            service: try keys.decode(ServiceName.self, forKey: .service),
            command: command,
            moment: moment,
            place: try keys.place() ?? (moment == .before ? .new : .running),
            input: try keys.decodeIfPresent(String.self, forKey: .input),
            output: try keys.decodeIfPresent(Policy.Step.Output.self, forKey: .output),
            timeout: try keys.timeout(.timeout) ?? .seconds(600)
        )
    }
}

extension Decoder {
    /// The members of an object that has no others than these.
    func strictKeys<Key: PolicyKey>(_ known: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let members = try members()
        for name in members.allKeys.map(\.stringValue).sorted() where Key(rawValue: name) == nil {
            throw members.error(
                Name(stringValue: name),
                "unknown key; the keys here are \(known.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return try container(keyedBy: known)
    }
}

extension KeyedDecodingContainer {
    func error(_ key: Key, _ problem: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: codingPath + [key], debugDescription: problem))
    }

    fileprivate func duration(_ key: Key) throws -> Duration? {
        guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let duration = Duration(go: text), duration <= .day else {
            throw error(key, "\(text) is not a duration of up to a day, such as 90s, 1m30s or 500ms")
        }
        return duration
    }

    /// Refuses zero, which other tools use for "no limit": it would end everything at once.
    fileprivate func timeout(_ key: Key) throws -> Duration? {
        let timeout = try duration(key)
        guard timeout != .zero else {
            throw error(key, "must be more than zero; leave it out for the default")
        }
        return timeout
    }
}

extension KeyedDecodingContainer<Policy.StepKey> {
    fileprivate func place() throws -> Policy.Step.Place? {
        guard let word = try decodeIfPresent(String.self, forKey: .place) else { return nil }
        guard let place = Policy.Step.Place(rawValue: word) else {
            throw error(.place, "\(word) is neither new nor running")
        }
        return place
    }
}
