using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

public sealed class GoldenReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Verified => folder.File("run.verified.golden");

    [Fact]
    public void A_run_that_left_its_golden_is_reported_and_neither_fails_nor_trains_twins()
    {
        File.WriteAllText(Verified, GoldenText.Format(Runs.Golden()));
        Report(only: true);

        GoldenFile.Require(Verified, Runs.Run(0.4), NoTwins).Aligned.Should().BeFalse();
        GoldenFile.Complete(Verified, Runs.Run(0.4), NoTwins).HasFloors.Should().BeFalse();

        folder.Names().Should().Equal("out", "run.verified.golden");
        GoldenText.Read(folder.File("out", "run.golden")).Losses[0].Value.Should().Be(5.4f);
        File.ReadAllText(folder.File("out", "run.txt")).Should().Contain("DIVERGED");
    }

    [Fact]
    public void A_run_without_a_golden_is_reported()
    {
        Report(only: true);

        FluentActions
            .Invoking(() => GoldenFile.Require(Verified, Runs.Run(), NoTwins))
            .Should()
            .Throw<GoldenException>()
            .WithMessage("*there is no golden yet; the run was reported only");

        folder.Names().Should().Equal("out");
        File.ReadAllText(folder.File("out", "run.txt")).Should().Contain("there is no golden yet");
    }

    /// <summary>Somebody may have left the variable behind: no check is lost by it.</summary>
    [Fact]
    public void Without_a_folder_runs_are_compared()
    {
        File.WriteAllText(Verified, GoldenText.Format(Runs.Golden()));
        Environment.SetEnvironmentVariable(GoldenReport.OnlyVariable, "1");

        FluentActions
            .Invoking(() => GoldenFile.Require(Verified, Runs.Run(0.4), () => [Runs.Run(0.4001)]))
            .Should()
            .Throw<GoldenException>()
            .WithMessage("*DIVERGED*");
    }

    [Fact]
    public void A_way_stands_in_the_name()
    {
        Report(only: false);

        GoldenReport.Write(Verified, Runs.Run(), "threads=2");

        Directory
            .EnumerateFiles(folder.File("out"))
            .Select(Path.GetFileName)
            .Should()
            .BeEquivalentTo("run@threads=2.golden", "run@threads=2.txt");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(GoldenReport.FolderVariable, null);
        Environment.SetEnvironmentVariable(GoldenReport.OnlyVariable, null);
        folder.Dispose();
    }

    private static IReadOnlyList<GoldenRecord> NoTwins() => throw new InvalidOperationException("twins cost as much as the run");

    private void Report(bool only)
    {
        Environment.SetEnvironmentVariable(GoldenReport.FolderVariable, folder.File("out"));
        Environment.SetEnvironmentVariable(GoldenReport.OnlyVariable, only ? "1" : null);
    }
}
