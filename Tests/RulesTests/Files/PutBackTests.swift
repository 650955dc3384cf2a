import Rules
import Testing

@Suite struct PutBackTests {
    private let good = snapshot("conf/", "conf/a=1", "conf/b=1")

    private func plan(
        _ good: Snapshot,
        after new: Snapshot?,
        now: Snapshot,
        foreign: String...
    ) -> (plan: PutBack, after: Snapshot) {
        let foreign = foreign.map { Foreign(path: path($0), reason: .unreadable) }
        let plan = PutBack(good, after: new, now: now, foreign: foreign)
        return (plan, unpacked(plan.archive, over: now))
    }

    /// What the Engine makes of an archive: an entry replaces what has its name, except a folder by a folder.
    private func unpacked(_ archive: [Snapshot.Entry], over now: Snapshot) -> Snapshot {
        var result = now
        for entry in archive {
            if !(result[entry.path]?.isFolder == true && entry.isFolder) {
                result = Snapshot(result.entries.values.filter { !entry.path.contains($0.path) })
            }
            result.add(entry)
        }
        return result
    }

    @Test func nothingIsTouchedThatIsAsItWas() {
        let (plan, _) = plan(good, after: good, now: good)
        #expect(plan.archive.isEmpty && plan.restored.isEmpty && plan.byHand.isEmpty)
    }

    @Test func aChangedAndAMissingFileGoBack() {
        let new = snapshot("conf/", "conf/a=2")
        let (plan, after) = plan(good, after: new, now: new)
        #expect(plan.restored == [path("conf/a"), path("conf/b")])
        #expect(after == good)
        #expect(plan.byHand.isEmpty)
    }

    @Test func aFileThatTheNewReleaseBroughtGoes() {
        let new = snapshot("conf/", "conf/a=1", "conf/b=1", "conf/evil=x", "conf/sub/", "conf/sub/more=x")
        let (plan, after) = plan(good, after: new, now: new)
        #expect(plan.removed == [path("conf/evil"), path("conf/sub/more")])
        #expect(after == good)
        #expect(plan.byHand.isEmpty && plan.stays.isEmpty)
    }

    /// Only what was delivered goes; and what a folder is replaced around stays as it is.
    @Test func aFileMadeByHandStays() {
        let new = snapshot("conf/", "conf/a=1", "conf/b=1", "conf/evil=x")
        let now = snapshot("conf/", "conf/a=1", "conf/b=1", "conf/evil=x", "conf/mine=y")
        let (_, after) = plan(good, after: new, now: now)
        #expect(after == snapshot("conf/", "conf/a=1", "conf/b=1", "conf/mine=y"))
    }

    @Test func whatIsReplacedAndNoReleaseHadIsKept() {
        let new = snapshot("conf/", "conf/a=2", "conf/b=1", "conf/evil=x")
        let now = snapshot("conf/", "conf/a=3", "conf/b=1", "conf/evil=y")
        let (plan, after) = plan(good, after: new, now: now)
        #expect(plan.byHand == [entry("conf/a=3"), entry("conf/evil=y")])
        #expect(after == good)
        let unknown = self.plan(good, after: nil, now: now).plan
        #expect(unknown.byHand == [entry("conf/a=3")])
        #expect(unknown.removed.isEmpty)
    }

    /// What only travels in the archive is lost if the unpacking is cut off.
    @Test func whatAPersonMadeInAFolderThatIsReplacedIsNamed() {
        let new = snapshot("conf/", "conf/a=1", "conf/b=1", "conf/evil=x")
        let now = snapshot("conf/", "conf/a=1", "conf/b=1", "conf/evil=x", "conf/mine=m")
        let (plan, after) = plan(good, after: new, now: now)
        #expect(plan.byHand.isEmpty)
        #expect(plan.carried == [entry("conf/mine=m")])
        #expect(after == snapshot("conf/", "conf/a=1", "conf/b=1", "conf/mine=m"))
    }

    /// Data of a service, or the server's own file, must not go with the folder around it.
    @Test func aFolderWithSomethingForeignIsNotReplaced() {
        let new = snapshot("conf/", "conf/a=2", "conf/b=1", "conf/evil=x")
        let (plan, after) = plan(good, after: new, now: new, foreign: "conf/certs/key.pem")
        #expect(plan.stays == [path("conf/evil")])
        #expect(after == snapshot("conf/", "conf/a=1", "conf/b=1", "conf/evil=x"))
    }

    /// A container keeps the folder that it was started with; what it writes to one that was replaced would be lost.
    @Test(arguments: [("conf", true), ("conf/cache", true), ("conf/a", true), (".", false), ("other", false)])
    func aFolderThatAContainerWritesInIsNotReplaced(written: String, stays: Bool) {
        let new = snapshot("conf/", "conf/a=2", "conf/b=1", "conf/evil=x")
        let plan = PutBack(good, after: new, now: new, foreign: [], written: [path(written)])
        #expect(plan.restored == [path("conf/a")])
        #expect(plan.stays == (stays ? [path("conf/evil")] : []))
        #expect(plan.removed == (stays ? [] : [path("conf/evil")]))
    }

    /// What berth has not read may be a file that no release had.
    @Test(arguments: ["conf/a", "conf", "."])
    func whatWasNotReadIsNotReplaced(unread: String) {
        let now = snapshot("conf/", "conf/b=2")
        let plan = PutBack(good, after: good, now: now, foreign: [Foreign(path: path(unread), reason: .tooMuch)])
        #expect(plan.restored == [path("conf/b")])
        #expect(plan.stays == [path("conf/a")])
    }

    @Test func theAppsOwnFolderIsNeverReplaced() {
        let good = snapshot("a=1")
        let now = snapshot("a=2", "extra=x")
        let (plan, after) = plan(good, after: now, now: now)
        #expect(plan.stays == [path("extra")])
        #expect(after == snapshot("a=1", "extra=x"))
    }

    @Test func anotherKindOfThingGivesWay() {
        let new = snapshot("conf->/etc")
        #expect(plan(good, after: new, now: new).after == good)
        let folder = snapshot("conf/", "conf/a/", "conf/a/inner=x", "conf/b=1")
        let (plan, after) = plan(good, after: snapshot(), now: folder)
        #expect(after == good)
        #expect(plan.byHand == [entry("conf/a/inner=x")])
        let blocked = self.plan(good, after: snapshot(), now: folder, foreign: "conf/a/data")
        #expect(blocked.after == folder)
        #expect(blocked.plan.stays == [path("conf/a")])
    }

    /// A link that was planted must not keep a file from going back; what a person may need must.
    @Test(arguments: [Foreign.Reason.link, .special, .unreadable, .key])
    func whatTakesTheFilesPlaceGivesWayIfNothingIsLost(reason: Foreign.Reason) {
        let now = snapshot("conf/", "conf/b=1")
        let plan = PutBack(good, after: good, now: now, foreign: [Foreign(path: path("conf/a"), reason: reason)])
        let isEmpty = reason == .link || reason == .special
        #expect(plan.restored == (isEmpty ? [path("conf/a")] : []))
        #expect(plan.stays == (isEmpty ? [] : [path("conf/a")]))
    }

    @Test func itCanBeRepeatedFromTheMiddle() {
        let new = snapshot("conf/", "conf/a=2", "conf/evil=x", "conf/sub/", "conf/sub/c=2")
        let good = snapshot("conf/", "conf/a=1", "conf/b=1", "conf/sub/", "conf/sub/c=1")
        let archive = plan(good, after: new, now: new).plan.archive
        for count in archive.indices {
            let torn = unpacked(Array(archive[..<count]), over: new)
            let (plan, after) = plan(good, after: new, now: torn)
            #expect(after == good, "after \(count) entries")
            #expect(plan.byHand.isEmpty || plan.byHand.allSatisfy { $0.content == .file([]) })
        }
    }

    /// Wherever the limits cut the reading off, nothing that was not read is replaced.
    @Test func nothingUnreadIsEverLost() {
        var generator = SplitMix(seed: 17)
        let names = ["c/", "c/a=1", "c/a=2", "c/b=1", "c/s/", "c/s/x=1", "c/s/x=2", "c/s/y=9", "d/", "d/z=1", "e=1"]
        func random() -> Snapshot {
            var result = Snapshot()
            for line in names.map(entry)
            where Bool.random(using: &generator) && line.path.ancestors.allSatisfy({ result[$0] != nil }) {
                result.add(line)
            }
            return result
        }
        for _ in 0..<5000 {
            let (good, new, all) = (random(), random(), random())
            let unread = all.sorted.filter { !$0.isFolder && Int.random(in: 0..<3, using: &generator) == 0 }
            let now = Snapshot(all.sorted.filter { !unread.contains($0) })
            // The reader names each file, or the folder in which it has stopped.
            let foreign = unread.map { entry in
                let path = Bool.random(using: &generator) ? entry.path : entry.path.parent
                return Foreign(path: path, reason: .tooMuch)
            }
            let plan = PutBack(good, after: new, now: now, foreign: foreign)
            let after = unpacked(plan.archive, over: all)
            for entry in unread { #expect(after[entry.path] == entry, "\(entry.path) is lost") }
            for entry in good.sorted
            where !plan.stays.contains(entry.path) && !unread.contains(where: { $0.path == entry.path }) {
                #expect(entry.isSame(as: after[entry.path]))
            }
        }
    }

    /// Whatever is in the folder, the release's files are back, nothing made by hand is lost, and twice is as good as once.
    @Test func anyFolderIsPutBack() {
        var generator = SplitMix(seed: 13)
        let names = [
            "c/", "c/a=1", "c/a=2", "c/b=1", "c/s/", "c/s/x=1", "c/s/x=2", "c/s/y=9", "c/s->a", "d=1", "d/", "d/z=1",
        ]
        func random() -> Snapshot {
            let lines = names.filter { _ in Bool.random(using: &generator) }
            var result = Snapshot()
            for line in lines.map(entry) where line.path.ancestors.allSatisfy({ result[$0]?.isFolder == true }) {
                result = Snapshot(result.entries.values.filter { !line.path.contains($0.path) })
                result.add(line)
            }
            return result
        }
        for _ in 0..<5000 {
            let (good, new, now) = (random(), random(), random())
            let (plan, after) = plan(good, after: new, now: now)
            for entry in good.sorted { #expect(entry.isSame(as: after[entry.path])) }
            for entry in now.sorted where !entry.isFolder && !entry.isSame(as: after[entry.path]) {
                let isKnown = entry.isSame(as: new[entry.path]) || plan.byHand.contains(entry)
                #expect(isKnown, "\(entry.path) is lost")
            }
            #expect(self.plan(good, after: new, now: after).plan.archive.isEmpty)
        }
    }
}
