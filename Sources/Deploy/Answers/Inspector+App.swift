import Docker
import DockerModel
import Glibc
import Linux
import Rules
import SystemPackage

/// What concerns one app.
extension Inspector {
    func history(of app: AppName) async -> Result<History, StoreError> {
        do throws(StoreError) { return .success(try await host.history(of: app)) } catch { return .failure(error) }
    }

    func look(
        at app: AppSettings,
        _ history: Result<History, StoreError>,
        in settings: Settings,
        _ docker: Reached?
    ) async -> (findings: [Finding], isEngineSilent: Bool) {
        let missing = app.readers.filter { Account($0) == nil }
        let findings =
            Finding.readers(of: app.name, missing: missing)
            + Finding.spool(of: app.name, SpoolFacts(of: app), seenBy: viewer, at: .now) + sender(of: app)
            + folder(of: app)
        if let barrier = app.directory.barrier {
            return (findings + [Finding.barrier(of: app.name, barrier.string, before: .folder, seenBy: viewer)], false)
        }
        do {
            let rest = try await within(Self.patience) {
                try await release(of: app, try history.get(), in: settings, docker)
            }
            return (findings + rest, false)
        } catch is Expired {
            let problem = "is not known: the checks took more than \(Self.patience.components.seconds) s"
            let hint = "see whether the Engine hangs: journalctl -u docker"
            return (findings + [Finding(.error, .unseen, app.name, "what a drop would do", problem, try: hint)], true)
        } catch {
            let failure = Failure(any: error)
            return (
                findings + [Finding.refusal(of: app.name, failure, seenBy: viewer)], failure.cause == .engineUnreachable
            )
        }
    }

    private func sender(of app: AppSettings) -> [Finding] {
        // Root and user berth have all that their groups could give.
        guard let name = FileFacts(app.spool)?.owner, !["root", "berth"].contains(name) else { return [] }
        let groups = Account(name)?.groups ?? []
        return Finding.sender(of: app.name, name, in: Set(groups.map(Account.groupName(of:))))
    }

    private func folder(of app: AppSettings) -> [Finding] {
        Finding.folder(
            of: app.name,
            FileFacts(app.directory),
            environment: FileFacts(app.directory.appending(".env")),
            composeFiles: ComposeFiles.chosen(in: app.directory).compactMap { FileFacts($0) },
            isReachable: app.directory.parents.allSatisfy { FileFacts($0).map { $0.mode & 0o001 != 0 } ?? false }
        )
    }

    /// Checks what is in the folder as the next drop would find it, with the variables of the last good release.
    private func release(
        of app: AppSettings,
        _ history: History,
        in settings: Settings,
        _ docker: Reached?
    ) async throws -> [Finding] {
        let store = Store(app: app.name, state: host.state)
        let drop = Drop(variables: store.lastGood(history)?.variables ?? [:], directives: Directives())
        let check = Planner(app: app, settings: settings, host: host, log: log).check(drop, history)
        let findings = Finding.history(of: app.name, history, hold: store.hold)
        guard let docker else { return findings + inFolder(check) }
        let folder = try host.makeScratchFolder()
        defer { File.removePrivateFolder(folder) }
        do {
            let checked = try await check.runThroughHold(drop, storingIn: folder.appending("compose.yaml"))
            return try await findings + unreadable(in: app, checked) + services(of: app.name, checked, docker)
                + drift(check, checked)
        } catch let error as EngineError where error.isOutage {
            throw error
        } catch {
            try Task.checkCancellation()
            let failure = Failure(any: error)
            // An older release needs the folder and its .env too, and would only say the same.
            let isSaid = [.wayBackMissing, .folderUnreadable, .envMissing, .envUnreadable].contains(failure.cause)
            let refusal = Finding.refusal(of: app.name, failure, isFirst: check.good == nil, seenBy: viewer)
            return findings + [refusal] + (isSaid ? [] : await wayBack(check, docker))
        }
    }

    private func unreadable(in app: AppSettings, _ checked: Checked) throws -> [Finding] {
        let foreign = try FolderReader.read(app, checked.release.files, .release).foreign
        let paths = foreign.filter { $0.reason == .unreadable }.map(\.path)
        return Finding.unreadable(in: app.name, paths, seenBy: viewer)
    }

    /// What can be checked without the Engine.
    private func inFolder(_ check: Check) -> [Finding] {
        do throws(Failure) {
            try check.checkFolder()
            try check.checkComposeFile()
            return []
        } catch {
            return [Finding.refusal(of: check.app.name, error, seenBy: viewer)]
        }
    }

    /// Why the last good release could not run again, whatever else is wrong.
    private func wayBack(_ check: Check, _ docker: Reached) async -> [Finding] {
        // What the records alone tell is a finding already.
        guard case .failure(let failure)? = await check.lastGood(docker.session), failure.cause != .rollbackForbidden
        else { return [] }
        return [Finding.refusal(of: check.app.name, failure, seenBy: viewer)]
    }

    private func drift(_ check: Check, _ checked: Checked) -> [Finding] {
        guard let good = check.good, let drift = check.drift(checked), drift.concernsRunning else { return [] }
        let subject = "what runs"
        let problem = "differs from #\(good.number): \(drift.sentence)"
        let hint = "berth plan \(check.app.name)"
        return [Finding(.warning, .services, check.app.name, subject, problem, try: hint)]
    }

    private func services(of app: AppName, _ checked: Checked, _ docker: Reached) async throws -> [Finding] {
        var facts: [ServiceFacts] = []
        let model = checked.release.model
        for (name, service) in model.services.sorted(by: { $0.key < $1.key }) {
            guard let image = model.images[ImageUse(name)] else { continue }
            let local = try await docker.session.find(image)
            facts.append(
                ServiceFacts(
                    name: name,
                    publishesPorts: service.publishesPorts,
                    hasHealthcheck: service.healthcheck != nil,
                    image: image,
                    local: local.map {
                        ServiceFacts.Local(hasHealthcheck: $0.hasHealthcheck, architecture: $0.architecture)
                    }
                )
            )
        }
        return Finding.services(of: app, facts, on: docker.info.architecture)
    }
}

extension SpoolFacts {
    init(of app: AppSettings) {
        self.init(path: app.spool.string)
        barrier = app.spool.barrier?.string
        folder = FileFacts(app.spool)
        isUsable = access(app.spool.string, R_OK | W_OK | X_OK) == 0
        let spool = Spool(app.spool)
        drop = FileFacts(spool.dropPath, followsLinks: false)
        claimed = FileFacts(spool.claimedPath, followsLinks: false)
        leftovers = spool.drafts.compactMap { FileFacts($0, followsLinks: false) }
    }
}
