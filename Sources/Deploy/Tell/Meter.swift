import Docker
import DockerModel
import Glibc
import Linux
import Logging
import Rules
import SystemPackage

/// Keeps the figures of the host, and writes them for node_exporter's textfile collector when a fact has changed them.
///
/// It has no timer. What no fact tells, such as how full a disk is, it looks at after each verdict, at the start and at a
/// reload.
actor Meter {
    private let host: Host
    private let log: Logger
    private let watch: HoldWatch
    private var settings = Settings()
    private var figures: Figures
    private var histories: [AppName: History] = [:]
    /// The apps whose figures are older than their history.
    private var stale: Set<AppName> = []
    /// The apps to look at.
    private var due: Set<AppName> = []
    /// Whether to look, if only at the disk.
    private var mustLook = false
    /// The apps of which a deployment is under way.
    private var busy: Set<AppName> = []
    /// What the file has; nil for nothing.
    private var written: String?
    /// What is wrong, as told: each is told once until it changes.
    private var trouble: Errno?
    private var complaints: [AppName: String] = [:]

    init(version: String, host: Host, log: Logger) async throws {
        self.host = host
        self.log = log
        figures = Figures(version: version)
        watch = try await HoldWatch(on: host)
    }

    /// Takes facts until the task is cancelled.
    func run() async {
        for await _ in host.facts.bell {
            takeFacts()
            guard settings.host.metrics != nil else { continue }
            write()
            if mustLook { await look() }
            write()
        }
    }

    /// Notes the fact if an app is held or resumed.
    func watchHolds() async {
        do {
            try await watch.run()
        } catch {
            if !Task.isCancelled { log.warning("The metrics tell a hold only after the next verdict: \(error)") }
        }
    }

    // MARK: - Facts

    private func takeFacts() {
        for fact in host.facts.collect() { take(fact) }
    }

    private func take(_ fact: Facts.Fact) {
        switch fact {
        case .settings(let settings): adopt(settings)
        case .history(let name, let history):
            histories[name] = history
            stale.insert(name)
        case .begun(let name): busy.insert(name)
        case .verdict(let name, let history, let hadTurn):
            histories[name] = history
            stale.insert(name)
            guard hadTurn else { return }
            busy.remove(name)
            due.insert(name)
            mustLook = true
        case .guardStarted: figures.guardRuns += 1
        case .guardEnded, .engineAnswers: mustLook = true
        case .holdChanged: break
        }
    }

    private func adopt(_ settings: Settings) {
        if let former = self.settings.host.metrics, former != settings.host.metrics {
            // Nothing keeps it up to date from here on.
            unlink(former.string)
            written = nil
            trouble = nil
        }
        self.settings = settings
        figures.guardLimit = settings.disk.guard
        figures.apps = figures.apps.filter { settings.apps[$0.key] != nil }
        histories = histories.filter { settings.apps[$0.key] != nil }
        guard settings.host.metrics != nil else { return }
        for name in settings.apps.keys { watch.add(name) }
        due = Set(settings.apps.keys)
        mustLook = true
    }

    // MARK: - A look at the host

    /// Looks at the disk, and at the apps of which that is due. An Engine that does not answer leaves it for later.
    private func look() async {
        guard let session = try? await host.engine.negotiated() else { return }
        mustLook = false
        if let info = try? await session.info(), let usage = try? Usage.measured(info) { figures.usage = usage }
        for name in due.sorted() where !busy.contains(name) {
            guard let app = settings.apps[name], let history = histories[name] else { continue }
            let look = Look(app: app, settings: settings, history: history, host: host, session: session, log: log)
            let (wayBack, drift) = (await look.wayBack(), await look.drift())
            takeFacts()
            // A deployment that has begun meanwhile is looked at in the end.
            guard !busy.contains(name), settings.apps[name] != nil, due.remove(name) != nil else { continue }
            figures.apps[name, default: Figures.App()].hasDrift = drift
            note(wayBack, of: name)
        }
    }

    private func note(_ wayBack: Result<WayBack, Failure>?, of name: AppName) {
        var complaint: String?
        switch wayBack {
        case nil: figures.apps[name]?.wayBack = nil
        case .success: figures.apps[name]?.wayBack = Figures.WayBackFound(isProven: true, moment: .now)
        case .failure(let failure):
            // An Engine that goes away says nothing about the way back.
            guard failure.cause != .engineUnreachable else { return }
            figures.apps[name]?.wayBack = Figures.WayBackFound(isProven: false, moment: .now)
            complaint = failure.reason
        }
        if let complaint, complaint != complaints[name] {
            log.log(.wayBackMissing, "\(name): a rollback would fail: \(complaint)", .app(name))
        }
        complaints[name] = complaint
    }

    // MARK: - The file

    private func write() {
        guard let path = settings.host.metrics else { return }
        for name in stale {
            guard settings.apps[name] != nil, let history = histories[name] else { continue }
            figures.apps[name, default: Figures.App()].read(history, Store(app: name, state: host.state))
        }
        stale = []
        for name in figures.apps.keys {
            figures.apps[name]?.isHeld = Store(app: name, state: host.state).hold != nil
        }
        let text = figures.text
        guard text != written || !File.exists(path) else { return }
        do throws(Errno) {
            try Self.write(text, to: path)
            if trouble != nil { log.notice("The metrics are in \(path) again") }
            (written, trouble) = (text, nil)
        } catch {
            written = nil
            guard trouble != error else { return }
            trouble = error
            log.log(
                .metricsUnwritable,
                "The metrics cannot be written to \(path): \(error); user berth must be able to write to its folder"
            )
        }
    }

    /// Under another name first, which node_exporter does not read. The umask of the agent does not count: another user
    /// reads the file.
    private static func write(_ text: String, to path: FilePath) throws(Errno) {
        let draft = try DraftFile(path)
        do throws(Errno) {
            try draft.write(Array(text.utf8), mode: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            draft.discard()
            throw error
        }
        try draft.publish()
    }
}
