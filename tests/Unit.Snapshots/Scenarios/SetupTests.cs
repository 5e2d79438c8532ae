using PPYolo.Tests.Unit.Snapshots.Support;

namespace PPYolo.Tests.Unit.Snapshots.Scenarios;

/// <summary>Settings of all tests.</summary>
public sealed class SetupTests : IDisposable
{
    private readonly TemporaryFolder directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task They_cannot_change_after_the_first_verification()
    {
        directory.Write("TooLate.Registers.verified.txt", "12");

        var result = (await new Subject(directory).Run("12", "TooLate"))["TooLate.Registers"];

        result.Passed.Should().BeFalse();
        // Ours names the call and the first test; Verify says that it is too late.
        result.Message.Should().MatchRegex("RegisterStringComparer.*TooLate\\.Registers|(?i)before.*verif");
    }

    [Fact]
    public async Task The_place_of_snapshots_can_be_derived()
    {
        await new Subject(directory).Run("12", "Placed");

        File.Exists(Path.Combine(directory.Path, "derived", "Placed.Derived.received.txt")).Should().BeTrue();
    }
}
