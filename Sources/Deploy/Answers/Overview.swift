import DockerModel
import Linux
import Rules
import SystemPackage

/// What runs, what is under way, and what an app would go back to, for each app with records.
package struct Overview: Encodable, Sendable {
    /// Whether the agent runs; nil if systemd does not tell.
    package let agentRuns: Bool?
    package let apps: [App]

    package struct App: Encodable, Sendable {
        package let app: AppName
        /// The deployment whose release runs; nil if there is none, or that is not known.
        package let runs: Deployments.Deployment?
        /// Since when: the last verdict after which something else ran, or the same again.
        package let since: Timestamp?
        /// The last one with a verdict.
        package let last: Deployments.Deployment?
        /// The one that is under way.
        package let current: Deployments.Deployment?
        /// The release that a rollback would put back, as the records say; `berth plan` proves it.
        package let goesBackTo: Int?
        /// Why the app is held; nil if it is not.
        package let hold: String?
        /// The numbers of the records that cannot be read.
        package let unreadable: [Int]
    }

    init(agentRuns: Bool?, apps: [App]) {
        (self.agentRuns, self.apps) = (agentRuns, apps)
    }

    /// - Parameter name: the one app to look at; nil for all.
    package init(of name: String?, on host: Host) async throws {
        let names =
            try name.map { [try RecordReader(app: $0, state: host.state).app] } ?? RecordReader.apps(in: host.state)
        var apps: [App] = []
        for name in names { apps.append(try await App(name, host.state)) }
        self.init(agentRuns: await host.agentRuns, apps: apps)
    }
}

extension Overview.App {
    fileprivate init(_ name: AppName, _ state: FilePath) async throws {
        let store = Store(app: name, state: state)
        let history = try await store.history()
        // Mostly it is one and the same.
        var known: [Int: Record] = [:]
        func record(_ number: Int) -> Record? {
            if known[number] == nil { known[number] = try? store.record(number) }
            return known[number]
        }
        func deployment(_ number: Int?) -> Deployments.Deployment? {
            number.flatMap(record).map(Deployments.Deployment.init)
        }
        app = name
        runs = deployment(history.running?.number)
        last = deployment(history.entries.last?.number)
        let undecided = history.undecided.sorted().compactMap { try? store.record($0) }
        current = (undecided.first { $0.started != nil } ?? undecided.first).map(Deployments.Deployment.init)
        since = history.lastSwitch.flatMap { record($0.number) }?.ended
        goesBackTo = history.wayBack?.number
        hold = store.hold
        unreadable = history.unreadable.sorted()
    }
}
