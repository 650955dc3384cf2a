import Docker
import DockerModel
import Linux
import Logging
import Rules

extension Deployment {
    /// Whether the drop asks for an older release, rather than for a new one.
    var isRollback: Bool { record.directives.rollbackTo != nil }

    /// Checks everything that can be known before anything is done, and proves the way back.
    ///
    /// - Returns: what is to run: the drop's release, or the older one that it asks for.
    func prepare() async throws -> Target {
        let engine = try await check()
        let releases = try releases()
        if let asked = record.directives.rollbackTo {
            try await checkVersion()
            return try await olderRelease(asked, releases, engine)
        }
        try checkComposeFile()
        // Compose takes a tenth of a second to start: what does not depend on each other is asked at the same time.
        async let version: Void = checkVersion()
        async let release = newRelease(engine)
        async let lastGood = proveLastGood(releases, engine)
        async let info = try? engine.info()
        try await version
        let target = try await release
        project = target.model.name
        engineInfo = await info
        // From here on the record says what holds, be it the drop's wish or the release's.
        record.directives.mayRollBack = record.directives.mayRollBack && target.policy.mayRollBack
        wayBack = try await wayBack(lastGood, releases, beside: target)
        try await keepWhatIsThere(target)
        return target
    }

    /// The same for a deployment that was interrupted: what it had found out is on record.
    func prepareAgain() async throws -> Target {
        // A host that boots starts its Engine at the same time.
        let engine = try await reachEngine(within: Self.bootPatience)
        if !isRollback { wayBack = await wayBackAgain(engine) }
        let own = Compose(
            directory: app.directory,
            environment: environment(record.variables),
            file: try store.compose(of: record)
        )
        var target = try await target(own, engine)
        target.images = record.services
        project = target.model.name
        return target
    }

    /// How long an Engine is waited for that may be starting along with the host.
    static let bootPatience = Duration.seconds(240)

    private func wayBackAgain(_ engine: Engine) async -> WayBack? {
        do {
            guard let good = try releases().wayBack else { return nil }
            return try await prove(good, engine)
        } catch {
            log.warning("\(name): \(Failure(error).problem)")
            return nil
        }
    }

    /// The release in the folder, as it is now: its Compose file is stored, and every phase goes by what was stored, since CI
    /// may deliver the next one meanwhile.
    private func newRelease(_ engine: Engine) async throws -> Target {
        let folder = Compose(directory: app.directory, environment: environment(record.variables))
        async let config = capture(folder.config())
        async let template = try? capture(folder.template())
        let rendered = try await config
        // Compose's own way to write a file without the values of its variables, and, since it garbles some short forms of
        // volumes that begin with a variable, the file as it was delivered, which has no values either.
        for text in [await template, deliveredFile].compactMap({ $0 }) {
            record.compose = try store.save(compose: text, of: record.number)
            let stored = Compose(
                directory: folder.directory,
                environment: folder.environment,
                file: try store.compose(of: record)
            )
            guard let again = try? await capture(stored.config()), again == rendered else { continue }
            return try await target(stored, rendered: rendered, engine)
        }
        record.compose = nil
        throw Failure(
            "the Compose file cannot be stored such that it means the same again, so there would be no way back to it",
            hint: "write volumes that begin with a variable in the long form (type, source, target)"
        )
    }

    /// The one Compose file of the folder, byte for byte; nil where there is none, or an override beside it.
    private var deliveredFile: [UInt8]? {
        let files = composeFiles
        return files.count == 1 ? files.first.flatMap { try? File.read($0) } : nil
    }

    /// A good release that is to run again, under this deployment's own number.
    private func olderRelease(_ asked: Directives.Target, _ releases: Releases, _ engine: Engine) async throws -> Target
    {
        let good: Record? =
            switch asked {
            case .previous: releases.previous
            case .number(let number): releases.good(number)
            }
        guard let good else {
            throw Failure(
                asked == .previous
                    ? "there is no good release before the one that runs" : "there is no such good release",
                hint: "the records in \(store.folder) tell which were deployed"
            )
        }
        if let barrier = releases.barrier(after: good), !record.directives.isForced {
            throw Failure(
                "#\(barrier.number), which came after #\(good.number), says that older code must not start again",
                hint: "if you know better, drop it with BERTH_FORCE=1"
            )
        }
        let proven = try await prove(good, engine)
        project = proven.target.model.name
        record.rolledBackTo = good.number
        record.variables = good.variables
        record.services = good.services
        record.compose = try store.save(compose: store.composeText(of: good), of: record.number)
        for (service, release) in good.services {
            try await engine.tag(release.imageID, as: keepTag(service))
        }
        return proven.target
    }
}
