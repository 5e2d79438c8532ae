using PPYolo.Tests.Unit.Snapshots.Support;

namespace PPYolo.Tests.Unit.Snapshots.Scenarios;

/// <summary>How the cases of a theory get their files.</summary>
public sealed class TheoryTests : IDisposable
{
    private readonly TemporaryFolder directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Arguments_stand_in_the_names()
    {
        await new Subject(directory).Run("12", "Theories");

        directory
            .Names()
            .Should()
            .Equal(
                "Theories.Leading_first=1.received.txt",
                "Theories.Named_name=a-b-c-_count=-2_rate=NaN_shape=[].received.txt",
                "Theories.Named_name=null_count=0_rate=1E+300_shape=null.received.txt",
                "Theories.Named_name=plain_count=1_rate=0.5_shape=2,3.received.txt",
                "Theories.Shared_ranks=1.received.txt",
                "Theories.Shared_ranks=2.received.txt",
                "Theories.Worded_words.received.txt"
            );
    }

    [Fact]
    public async Task Cases_may_share_one_approved_file()
    {
        directory.Write("Theories.Shared.verified.txt", "12");

        var results = await new Subject(directory).Run("12", "Theories");

        results["Theories.Shared(ranks: 1)"].Passed.Should().BeTrue();
        results["Theories.Shared(ranks: 2)"].Passed.Should().BeTrue();
    }

    [Fact]
    public async Task A_theory_that_hands_no_arguments_over_fails_at_its_second_case()
    {
        directory.Write("Forgetful.Unnamed.verified.txt", "120");

        var results = await new Subject(directory).Run("12", "Forgetful");

        results.Values.Should().ContainSingle(result => result.Passed);
        results.Values.Should().ContainSingle(result => !result.Passed).Which.Message.Should().Contain("prefix has already been used");
    }
}
