namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Snapshots that accept themselves.</summary>
public class Approving
{
    [Fact]
    public Task Always() => Verify(Given.Value).AutoVerify().UseDirectory(Given.Directory);

    [Fact]
    public Task IfAsked() =>
        Verify(Given.Value)
            .AutoVerify(file => file.EndsWith(".txt", StringComparison.Ordinal), includeBuildServer: true)
            .UseDirectory(Given.Directory);

    [Fact]
    public Task ButFail() => Verify(Given.Value).AutoVerify(throwException: true).UseDirectory(Given.Directory);
}
