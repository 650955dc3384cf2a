import DockerModel
import Testing

@testable import Rules

@Suite struct NamePlanTests {
    /// The image's name in the file then and today, and the name that the old image must get.
    @Test(
        arguments: [
            ("shop:latest", "shop:latest", "shop:latest"),
            ("nginx:1.26", "nginx:1.27", "nginx:1.27"),
            ("shop-backend", nil, "shop-backend"),
            ("shop@sha256:aa", "shop@sha256:aa", nil),
            ("sha256:aa", "sha256:aa", nil),
            ("shop:v1@sha256:aa", "shop:v1@sha256:aa", nil),
        ] as [(ImageReference, ImageReference?, ImageReference?)]
    )
    func namesTheOldImage(recorded: ImageReference, today: ImageReference?, expected: ImageReference?) {
        let plan = NamePlan(
            images: ["app": "sha256:old"],
            recorded: ["app": recorded],
            today: today.map { ["app": $0] } ?? [:]
        )
        #expect(plan.entries.map(\.reference) == [expected].compactMap { $0 })
        #expect(plan.entries.allSatisfy { $0.imageID == "sha256:old" })
    }

    @Test func hasTheImagesOfVolumesAndHooks() {
        let plan = NamePlan(
            images: ["app:/assets": "sha256:old", "app": "sha256:app"],
            recorded: ["app:/assets": "assets:1", "app": "shop:1"],
            today: ["app:/assets": "assets:2", "app": "shop:1"]
        )
        #expect(plan.entries.map(\.reference) == ["shop:1", "assets:2"])
    }

    @Test func hasEveryServiceOfTheReleaseAndNoOther() {
        let plan = NamePlan(
            images: ["b": "2", "a": "1"],
            recorded: ["b": "b:1", "a": "a:1"],
            today: ["a": "a:1", "b": "b:1", "added": "c:1"]
        )
        #expect(plan.entries.map(\.reference) == ["a:1", "b:1"])
        #expect(plan.entries.map(\.imageID) == ["1", "2"])
    }
}
