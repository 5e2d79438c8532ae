namespace PPYolo.Tests.Unit.Snapshots.Verifying;

/// <summary>Snapshots of this repository, verified as any test does it: by the name of the test, beside its source.</summary>
public class ApprovedTests
{
    [Fact]
    public Task Text() => Verify("first line\nsecond line");

    [Theory]
    [InlineData("r50vd", new[] { 320, 608 })]
    [InlineData("r18vd", new[] { 416 })]
    public Task Case(string network, int[] sizes) => Verify($"{network} at {string.Join(" and ", sizes)}").UseParameters(network, sizes);
}
