import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// A release as CI has delivered it.
struct Delivered: Sendable {
    /// `docker compose` for the folder as it is, with the drop's variables.
    let folder: Compose
    /// How Compose renders it, with the values of variables; nil if what follows from it is remembered.
    let rendered: [UInt8]?
    /// The same before Compose puts variables into it; nil if Compose cannot print that. It may hold values too.
    let template: JSON?
    let release: Release
    let version: DockerVersion
    /// What the drop's variables decide in it; nil if that is still to be found out.
    var choices: Choices?
    /// Its Compose file, if it needs no other one and was the same all the time.
    let alone: Alone?
    /// What was not asked of Compose again.
    let remembered: Set<Record.Remembered>
}

/// Reads a release: the one in the app's folder, or one on record. No other code reads a release's model.
struct ReleaseReader: Sendable {
    let app: AppSettings
    let host: Host
    let store: Store
    let tools: Tools

    /// The release in the folder as it is now.
    ///
    /// Every phase then uses the stored file, because CI may deliver the next release meanwhile.
    ///
    /// - Parameter file: will have the release's Compose file; see ``store(_:_:in:)``.
    func inFolder(_ variables: [String: String], storedIn file: FilePath) async throws -> Delivered {
        let folder = compose(variables)
        let before = alone(variables)
        if let before, let delivered = remembered(before, folder, file) { return delivered }
        let known = before.flatMap { knowledge.template(under: $0.template) }
        let quick = quick(folder, before)
        async let output = tools.config(quick)
        async let found = known == nil ? template(folder) : known
        let isVersionKnown = knownVersion != nil
        let version = try await checkVersion()
        var rendered = try await output
        var (template, alone) = (await found, alone(variables))
        if alone != before {
            // CI has delivered while Compose read, or Compose was upgraded.
            alone = nil
            if known != nil { template = await self.template(folder) }
            if quick.isQuick { rendered = try await tools.config(folder) }
        }
        var remembered: Set<Record.Remembered> = isVersionKnown ? [.version] : []
        if known != nil, alone != nil { remembered.insert(.template) }
        return Delivered(
            folder: folder,
            rendered: rendered,
            template: template,
            release: try release((alone == nil ? folder : quick).reading(file), rendered, template),
            version: version,
            alone: alone,
            remembered: remembered
        )
    }

    /// The files before Compose puts variables into them; nil if Compose cannot print that.
    private func template(_ folder: Compose) async -> JSON? {
        if let template = try? JSON(bytes: await tools.capture(folder.template())) { return template }
        guard let only = ComposeFiles.only(of: app), let scratch = try? host.makeScratchFolder() else { return nil }
        defer { File.removePrivateFolder(scratch) }
        let expressions = Expressions(in: String(decoding: only, as: UTF8.self))
        let file = scratch.appending("compose.yaml")
        guard (try? File.replace(file, with: Array(expressions.text.utf8), mode: .ownerReadWrite)) != nil,
            let template = try? JSON(bytes: await tools.capture(folder.reading(file).template()))
        else { return nil }
        return expressions.putBack(template)
    }

    /// Stores the release's Compose file, once it is known to hold no variable's value.
    ///
    /// - Parameter choices: what the drop's variables decide in it.
    func store(_ delivered: Delivered, _ choices: Choices, in file: FilePath) async throws -> Record.ComposeFile {
        let text = try await StorableFile(delivered: delivered, app: app, host: host, tools: tools).text()
        learn(delivered, choices, storedAs: text)
        return try Store.store(text, in: file)
    }

    /// The release of an earlier deployment: its stored Compose file as it renders with today's `.env`, and its images.
    ///
    /// - Returns: also whether Compose was not asked again.
    func onRecord(_ record: Record) async throws -> (release: Release, isRemembered: Bool) {
        let file = try store.compose(of: record)
        let before = alone(record.variables, file)
        let compose = quick(compose(record.variables, file), before)
        if let ground = before?.rendering, var release = knowledge.release(under: ground)?.release {
            (release.compose, release.images) = (compose, record.release)
            return (release, true)
        }
        // Only a release with files needs the template.
        let template = record.files == nil ? nil : try? JSON(bytes: await tools.capture(compose.template()))
        var release = try release(compose, await tools.config(compose), template)
        if let ground = before?.rendering, alone(record.variables, file) == before {
            knowledge.note(release, nil, under: ground)
        }
        release.images = record.release
        return (release, false)
    }

    /// Checks that Compose is new enough to be trusted with secrets.
    func checkVersion() async throws -> DockerVersion {
        if let knownVersion { return knownVersion }
        let compose = compose([:])
        let version = try DockerVersion(compose: await tools.capture(compose.version()))
        if let program = compose.program.identity { knowledge.note(version, of: program) }
        return version
    }

    /// `docker compose` for the app, never with the credential.
    private func compose(_ variables: [String: String], _ file: FilePath? = nil) -> Compose {
        host.compose(in: app.directory, variables, file: file)
    }

    private func quick(_ compose: Compose, _ alone: Alone?) -> Compose {
        var compose = compose
        compose.isQuick = alone?.isQuick ?? false
        return compose
    }

    private var key: [UInt8]? { ReleaseKey(state: host.state).bytes }

    private func release(_ compose: Compose, _ rendered: [UInt8], _ template: JSON?) throws -> Release {
        let model = try ComposeModel(json: rendered)
        guard !model.services.isEmpty else {
            throw Failure(
                .composeInvalid,
                "the Compose file",
                "has no services",
                hint: "see docker compose config in \(app.directory)"
            )
        }
        let policy = try policy(of: model)
        return Release(
            model: model,
            compose: compose,
            policy: policy,
            digest: key.map { ReleaseDigest.hex(rendered, key: $0) },
            files: try FileScope(
                of: model,
                policy,
                in: app.directory.string,
                environmentFiles: template.map(ComposeModel.environmentFiles) ?? []
            )
        )
    }

    private func policy(of model: ComposeModel) throws(Failure) -> Policy {
        let policy: Policy
        do throws(ComposeModelError) {
            policy = try model.policy(Policy.self, key: "x-berth") ?? Policy()
        } catch {
            throw Failure(.policyInvalid, "", error.sentence, hint: "docs/releases.md shows every key of x-berth")
        }
        try policy.check(against: model)
        return policy
    }
}

// MARK: - What is remembered

extension ReleaseReader {
    private var knowledge: Knowledge { host.knowledge }

    private var knownVersion: DockerVersion? {
        compose([:]).program.identity.flatMap { knowledge.version(of: $0) }
    }

    /// A Compose file, or the folder's only one; nil if it may need others.
    private func alone(_ variables: [String: String], _ file: FilePath? = nil) -> Alone? {
        guard let file = file ?? ComposeFiles.single(of: app) else { return nil }
        return Alone(compose(variables, file), variables: Set(variables.keys), key: key, knowing: knowledge)
    }

    /// The release in the folder, if all that its rendering depends on is as it was.
    private func remembered(_ alone: Alone, _ folder: Compose, _ file: FilePath) -> Delivered? {
        guard let ground = alone.rendering, let version = knownVersion,
            let template = knowledge.template(under: alone.template),
            let (known, choices) = knowledge.release(under: ground), let choices
        else { return nil }
        var release = known
        release.compose = quick(folder, alone).reading(file)
        return Delivered(
            folder: folder,
            rendered: nil,
            template: template,
            release: release,
            version: version,
            choices: choices,
            alone: alone,
            remembered: [.version, .template, .rendering]
        )
    }

    /// Remembers a delivered release whose Compose file may be stored as it is.
    private func learn(_ delivered: Delivered, _ choices: Choices, storedAs text: [UInt8]) {
        guard let alone = delivered.alone, alone.text == text, let template = delivered.template else { return }
        knowledge.note(template, under: alone.template)
        if let ground = alone.rendering { knowledge.note(delivered.release, choices, under: ground) }
    }
}

extension DockerVersion {
    /// The version of Compose, as it tells it in JSON.
    ///
    /// - Throws: that it is too old.
    init(compose output: [UInt8]) throws(Failure) {
        let version = DockerVersion(json: output)
        guard let version, version >= .oldestCompose else {
            throw Failure(
                .composeTooOld,
                "Docker Compose",
                "has version \(version?.description ?? "unknown"), but berth needs \(DockerVersion.oldestCompose)",
                hint: "install a newer docker-compose-plugin"
            )
        }
        self = version
    }
}
