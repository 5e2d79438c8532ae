using PPYolo.Align;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Unit.Align.Golden;

public sealed class GoldenApprovalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_sound_record_may_be_approved_though_it_differs()
    {
        GoldenApproval.Objections(null, Runs.Golden(), mayChangeEnvironment: false).Should().BeEmpty();
        GoldenApproval.Objections(Runs.Golden(), Measured(Runs.Run(0.4)), mayChangeEnvironment: false).Should().BeEmpty();
    }

    [Fact]
    public void What_is_not_finite_is_refused() =>
        Objection(Measured(Runs.Run()).With("weight", tensor => tensor with { AbsMax = double.NaN }))
            .Should()
            .Contain("not finite: weight");

    [Fact]
    public void Missing_tensors_are_refused() =>
        Objection(Measured(Runs.Run()) with { Tensors = [.. Measured(Runs.Run()).Tensors.Where(tensor => tensor.Name != "mean")] })
            .Should()
            .Contain("missing tensors: weight mean");

    [Fact]
    public void A_record_without_floors_is_refused() => Objection(Runs.Run()).Should().Contain("no floors");

    [Fact]
    public void Noise_is_refused() => Objection(Runs.Golden(noise: 0.3)).Should().Contain("more noise than movement: weight mean");

    [Fact]
    public void An_environment_that_changed_with_the_numbers_is_refused_unless_it_is_meant()
    {
        var elsewhere = Measured(Runs.Run(0.4, environment: Runs.Elsewhere));

        Objection(elsewhere).Should().Contain("the environment changed with the numbers");
        GoldenApproval.Objections(Runs.Golden(), elsewhere, mayChangeEnvironment: true).Should().BeEmpty();
    }

    [Fact]
    public void An_environment_that_changed_alone_is_no_objection() =>
        GoldenApproval
            .Objections(Runs.Golden(), Measured(Runs.Run(environment: Runs.Elsewhere)), mayChangeEnvironment: false)
            .Should()
            .BeEmpty();

    [Fact]
    public void Approving_moves_the_file_and_notes_the_reason()
    {
        string received = Write("a.received.golden", "new"),
            verified = Write("a.verified.golden", "old");

        GoldenApproval.Approve(received, verified, "because\nof\tthis", "3 tensors");

        File.ReadAllText(verified).Should().Be("new");
        File.Exists(received).Should().BeFalse();
        File.ReadAllLines(folder.File(GoldenApproval.LogName))
            .Should()
            .ContainSingle()
            .Which.Split('\t')[1..]
            .Should()
            .Equal("a.verified.golden", "because of this", "3 tensors");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void An_approval_without_a_reason_changes_nothing(string reason)
    {
        string received = Write("a.received.golden", "new"),
            verified = Write("a.verified.golden", "old");

        FluentActions
            .Invoking(() => GoldenApproval.Approve(received, verified, reason, ""))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*reason*");

        File.ReadAllText(verified).Should().Be("old");
        folder.Names().Should().HaveCount(2);
    }

    public void Dispose() => folder.Dispose();

    private static GoldenRecord Measured(GoldenRecord run) => GoldenFloors.Borrow(run, Runs.Golden());

    private static string Objection(GoldenRecord received) =>
        string.Join('\n', GoldenApproval.Objections(Runs.Golden(), received, mayChangeEnvironment: false));

    private string Write(string name, string text)
    {
        var path = folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }
}
