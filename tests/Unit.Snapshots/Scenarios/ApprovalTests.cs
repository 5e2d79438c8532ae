using PPYolo.Tests.Unit.Snapshots.Support;

namespace PPYolo.Tests.Unit.Snapshots.Scenarios;

/// <summary>When a snapshot may approve itself: on a person's machine if the test says so, on a build server never.</summary>
public sealed class ApprovalTests : IDisposable
{
    private readonly TemporaryFolder directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task AutoVerify_accepts_new_and_changed_results()
    {
        var subject = new Subject(directory);
        directory.Write("Approving.IfAsked.verified.txt", "11");
        directory.Write("Approving.IfAsked.verified.bin", "kept: the function agrees to text only");

        var results = await subject.Run("12", "Approving");

        results["Approving.Always"].Passed.Should().BeTrue();
        results["Approving.ButFail"].Passed.Should().BeFalse("it accepts the result and says so by failing");
        results["Approving.IfAsked"].Passed.Should().BeFalse("a file that it no longer produces is not its to delete");
        results["Approving.IfAsked"].Message.Should().Contain("Delete:\n  - Approving.IfAsked.verified.bin");
        directory
            .Names()
            .Should()
            .Equal(
                "Approving.Always.verified.txt",
                "Approving.ButFail.verified.txt",
                "Approving.IfAsked.verified.bin",
                "Approving.IfAsked.verified.txt"
            );
        directory.Read("Approving.IfAsked.verified.txt").Should().Be("12");

        (await subject.Run("12", "Approving"))["Approving.ButFail"].Passed.Should().BeTrue();
    }

    [SubsetFact]
    public async Task Nothing_is_approved_where_CI_is_true() => await ShouldRefuse("CI", "true");

    [SubsetFact]
    public async Task Nothing_is_approved_on_a_server_that_DiffEngine_knows() => await ShouldRefuse("GITHUB_ACTION", "run");

    [SubsetFact]
    public async Task CI_set_to_false_is_no_build_server()
    {
        var subject = new Subject(directory) { Environment = { ["CI"] = "false" } };

        (await subject.Run("12", "Approving"))["Approving.Always"].Passed.Should().BeTrue();
    }

    private async Task ShouldRefuse(string variable, string value)
    {
        directory.Write("Approving.IfAsked.verified.txt", "11");
        directory.Write("Approving.ButFail.verified.txt", "12");
        var subject = new Subject(directory) { Environment = { [variable] = value } };

        var results = await subject.Run("12", "Approving");

        results["Approving.Always"].Passed.Should().BeFalse();
        results["Approving.Always"].Message.Should().MatchRegex(@"^Directory: .*\nAutoVerify was refused");
        results["Approving.IfAsked"].Passed.Should().BeFalse("includeBuildServer has no say here");
        results["Approving.ButFail"].Passed.Should().BeTrue("nothing was to approve");
        directory.Read("Approving.IfAsked.verified.txt").Should().Be("11");
        directory
            .Names()
            .Should()
            .Equal(
                "Approving.Always.received.txt",
                "Approving.ButFail.verified.txt",
                "Approving.IfAsked.received.txt",
                "Approving.IfAsked.verified.txt"
            );
    }
}
