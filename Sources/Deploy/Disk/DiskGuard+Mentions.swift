import Docker
import Logging
import SystemPackage

extension DiskGuard {
    /// Which of these volumes a Compose file mentions, of a folder or of a release; nil where one of the files cannot be read.
    ///
    /// An anonymous volume's name is long enough for its mere text to be a mention.
    func mentions(of volumes: Set<String>, _ records: [AppName: Records]) async -> [String: String]? {
        do {
            var mentioned: [String: String] = [:]
            for (name, text) in try releases(records) + (try await folders(records)) {
                for volume in mentionedNames(of: volumes, in: text) { mentioned[volume] = "\(name)" }
            }
            return mentioned
        } catch {
            log.warning("Volumes stay, since not every app's Compose file could be read: \(Failure(error).problem)")
            return nil
        }
    }

    /// Stored Compose files have everything in them that they include, but the values of variables.
    private func releases(_ records: [AppName: Records]) throws -> [(AppName, [UInt8])] {
        var texts: [(AppName, [UInt8])] = []
        for (name, records) in records {
            guard records.isComplete else {
                throw Failure("the records of \(name) cannot all be read", hint: "see \(context.state)/\(name)")
            }
            let store = Store(app: name, state: context.state)
            for record in records.all {
                texts += record.variables.values.map { (name, Array($0.utf8)) }
                if record.compose != nil { texts.append((name, try store.composeText(of: record))) }
            }
        }
        return texts
    }

    /// What Compose makes of the folders as they are, with the variables of the last drop.
    private func folders(_ records: [AppName: Records]) async throws -> [(AppName, [UInt8])] {
        var texts: [(AppName, [UInt8])] = []
        for (name, app) in settings.apps where !ComposeFiles.paths(in: app.directory).isEmpty {
            let variables = records[name]?.all.last?.variables ?? [:]
            let compose = Compose(
                directory: app.directory,
                environment: context.environment(in: app.directory, variables)
            )
            texts.append((name, try await context.processes.capture(compose.config(), limit: 16 << 20)))
            texts.append((name, (try? File.read(app.directory.appending(".env"))) ?? []))
        }
        return texts
    }
}
