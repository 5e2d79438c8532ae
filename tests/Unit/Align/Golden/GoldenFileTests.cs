using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

public sealed class GoldenFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Verified => folder.File("run.verified.golden");

    private string Received => folder.File("run.received.golden");

    [Fact]
    public void The_first_run_is_red_and_leaves_a_received_file_with_floors()
    {
        FluentActions
            .Invoking(() => GoldenFile.Require(Verified, Runs.Run(), Twins))
            .Should()
            .Throw<GoldenException>()
            .WithMessage("*no golden yet*");

        GoldenText.Read(Received).HasFloors.Should().BeTrue();
        File.Exists(Verified).Should().BeFalse();
    }

    [Fact]
    public void A_run_within_runs_no_twins_and_removes_a_stale_received_file()
    {
        File.WriteAllText(Verified, GoldenText.Format(Runs.Golden()));
        File.WriteAllText(Received, "stale");

        GoldenFile
            .Require(Verified, Runs.Run(1e-4), () => throw new InvalidOperationException("twins cost as much as the run"))
            .Aligned.Should()
            .BeTrue();

        File.Exists(Received).Should().BeFalse();
    }

    [Fact]
    public void A_run_outside_is_red_and_the_golden_stays()
    {
        var text = GoldenText.Format(Runs.Golden());
        File.WriteAllText(Verified, text);

        FluentActions
            .Invoking(() => GoldenFile.Require(Verified, Runs.Run(mean: 1), Twins))
            .Should()
            .Throw<GoldenException>()
            .WithMessage("*mean*approve it*");

        File.ReadAllText(Verified).Should().Be(text);
        File.Exists(Received).Should().BeTrue();
    }

    [Fact]
    public void A_received_file_that_the_run_is_within_is_taken_as_it_is()
    {
        var text = GoldenText.Format(Runs.Golden());
        File.WriteAllText(Received, text + "\n");

        FluentActions
            .Invoking(() =>
                GoldenFile.Require(Verified, Runs.Run(1e-4), () => throw new InvalidOperationException("twins cost as much as the run"))
            )
            .Should()
            .Throw<GoldenException>();

        File.ReadAllText(Received).Should().Be(text + "\n");
    }

    [Fact]
    public void A_received_file_that_cannot_be_read_is_written_anew()
    {
        File.WriteAllText(Received, "half a");

        FluentActions.Invoking(() => GoldenFile.Require(Verified, Runs.Run(), Twins)).Should().Throw<GoldenException>();

        GoldenText.Read(Received).HasFloors.Should().BeTrue();
    }

    [Fact]
    public void Another_name_is_refused() =>
        FluentActions
            .Invoking(() => GoldenFile.Require(folder.File("run.golden"), Runs.Run(), Twins))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*NAME.verified.golden*");

    public void Dispose() => folder.Dispose();

    private static IReadOnlyList<GoldenRecord> Twins() => [Runs.Run(1e-4), Runs.Run(-1e-4)];
}
