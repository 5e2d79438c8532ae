namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>A theory that hands its arguments over, and how they stand in the names.</summary>
public class Theories
{
    [Theory]
    [InlineData("plain", 1, 0.5, new[] { 2, 3 })]
    [InlineData("a/b:c?", -2, double.NaN, new int[0])]
    [InlineData(null, 0, 1e300, null)]
    public Task Named(string? name, int count, double rate, int[]? shape) =>
        Verify(Given.Value).UseParameters(name, count, rate, shape).UseDirectory(Given.Directory);

    [Theory]
    [InlineData(1, 2)]
    public Task Leading(int first, int second) => Verify($"{first} {second}").UseParameters(first).UseDirectory(Given.Directory);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Shared(int ranks) => Verify(Given.Value).UseParameters(ranks).IgnoreParametersForVerified().UseDirectory(Given.Directory);

    [Theory]
    [InlineData(true)]
    public Task Worded(bool value) => Verify($"{value}").UseTextForParameters("words").UseDirectory(Given.Directory);
}
