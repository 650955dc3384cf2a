import DockerModel
import Testing

@testable import Rules

/// Properties of the plan for every generated host.
@Suite struct PrunePlanPropertyTests {
    private struct Case {
        let host: Inventory
        let usage: Usage
        let settings: DiskSettings
        let plan: PrunePlan

        init(seed: UInt64) {
            var generator = HostGenerator(seed: seed)
            (host, usage, settings) = (generator.host(), generator.usage(), generator.settings())
            plan = PrunePlan(host, usage, settings)
        }
    }

    private static let cases = (0..<1000).map { Case(seed: $0) }

    private func hosts(_ body: (Inventory, Usage, DiskSettings, PrunePlan) throws -> Void) rethrows {
        for one in Self.cases { try body(one.host, one.usage, one.settings, one.plan) }
    }

    private func images(_ plan: PrunePlan) -> [(id: ImageID, names: [ImageReference])] {
        (plan.removals + plan.reserve).compactMap {
            if case .image(let id, let names) = $0.subject { (id, names) } else { nil }
        }
    }

    private func volumes(_ plan: PrunePlan) -> [VolumeName] {
        (plan.removals + plan.reserve).compactMap { if case .volume(let name) = $0.subject { name } else { nil } }
    }

    @Test func nothingInUseIsPlanned() {
        hosts { host, _, _, plan in
            let images = images(plan)
            let volumes = Set(volumes(plan))
            for container in host.containers {
                #expect(
                    !images.contains {
                        $0.id == container.imageID || $0.names.contains(ImageReference(rawValue: container.image))
                    }
                )
                #expect(volumes.isDisjoint(with: container.volumes))
            }
        }
    }

    @Test func nothingKeptIsPlanned() {
        hosts { host, _, _, plan in
            let images = images(plan)
            for app in host.apps {
                for release in app.releases where release.standing != .superseded {
                    #expect(!images.contains { release.images.contains($0.id) })
                    let tag = PinTag.reference(app: app.name, use: "backend", number: release.number)
                    #expect(!images.contains { $0.names.contains(tag) })
                }
            }
        }
    }

    @Test func nothingOfAnAppWhoseRecordsAreInDoubtIsPlanned() {
        hosts { host, _, _, plan in
            let images = images(plan)
            for app in host.apps where !app.isComplete {
                #expect(!images.contains { image in app.releases.contains { $0.images.contains(image.id) } })
            }
            for app in host.apps where !app.isComplete {
                #expect(!images.contains { $0.names.contains { $0.rawValue.hasPrefix("berth/\(app.name)/") } })
            }
            let known = Set(host.apps.map(\.name))
            #expect(!images.contains { $0.names.compactMap(PinTag.parse).contains { !known.contains($0.app) } })
        }
    }

    @Test func noNamedVolumeIsPlannedWhateverTheSettings() {
        hosts { host, _, settings, plan in
            let planned = volumes(plan)
            for volume in host.volumes where planned.contains(volume.name) {
                #expect(volume.isAnonymous)
                #expect(host.mentioned?[volume.name] == nil)
            }
            if settings.volumes == .keep || host.mentioned == nil { #expect(planned.isEmpty) }
        }
    }

    @Test func unreadableUsagePlansNothing() {
        hosts { host, _, settings, _ in
            let plan = PrunePlan(host, nil, settings)
            #expect(plan.removals.isEmpty && plan.reserve.isEmpty)
            #expect(plan.kept.count >= host.images.count + host.volumes.count)
        }
    }

    @Test func whereThereIsRoomOnlyDanglingImagesGo() {
        hosts { host, usage, settings, _ in
            let plan = PrunePlan(host, usage, settings)
            if !GuardState(settings).isCalledFor(usage) { #expect(plan.removals.allSatisfy { $0.reason == .dangling }) }
        }
    }

    @Test func thePlanIsTheSameForTheSameHostInAnyOrder() {
        hosts { host, usage, settings, plan in
            var shuffled = host
            var random = SplitMix(seed: 1)
            shuffled.images.shuffle(using: &random)
            shuffled.volumes.shuffle(using: &random)
            shuffled.buildCache.shuffle(using: &random)
            let first = PrunePlan(host, usage, settings)
            #expect(PrunePlan(host, usage, settings) == first)
            let again = PrunePlan(shuffled, usage, settings)
            #expect(again.removals == first.removals && again.reserve == first.reserve)
        }
    }

    @Test func everythingIsAccountedForOnce() {
        hosts { host, _, _, plan in
            let subjects = plan.removals.map(\.subject) + plan.kept.map(\.subject)
            #expect(Set(plan.kept.map(\.subject)).isSuperset(of: plan.reserve.map(\.subject)))
            #expect(Set(subjects).count == subjects.count)
            let things = subjects.filter { if case .buildCache = $0 { false } else { true } }
            #expect(things.count == host.images.count + host.volumes.count)
        }
    }

    @Test func danglingImagesThatNobodyNeedsAlwaysGo() {
        hosts { host, usage, settings, _ in
            let plan = PrunePlan(host, usage, settings, danglingAlone: true)
            #expect((plan.removals + plan.reserve).allSatisfy { $0.reason == .dangling })
            let roomEnough = plan.kept.filter { $0.reason == .roomEnough }.map(\.subject)
            #expect(!roomEnough.contains { if case .image(_, names: []) = $0 { true } else { false } })
        }
    }

    @Test func whatCanBeHadAgainGoesFirst() {
        hosts { _, _, _, plan in
            for tiers in [plan.removals.map(\.reason.tier), plan.reserve.map(\.reason.tier)] {
                #expect(tiers == tiers.sorted())
            }
        }
    }

    /// By the plan's own estimate, there would not be enough room without the last planned removal.
    @Test func noMoreIsPlannedThanTheTargetNeeds() {
        hosts { _, usage, settings, plan in
            guard let last = plan.removals.last, last.reason != .dangling else { return }
            let freed = plan.removals.dropLast().reduce(into: [Filesystem.Content: Int64]()) { freed, removal in
                freed[removal.subject.content, default: 0] += removal.frees ?? 0
            }
            let isNeeded = usage.filesystems.contains { filesystem in
                filesystem.holds.contains(last.subject.content)
                    && filesystem.excess(over: settings.target) > filesystem.holds.reduce(0) { $0 + (freed[$1] ?? 0) }
            }
            #expect(isNeeded)
        }
    }
}
