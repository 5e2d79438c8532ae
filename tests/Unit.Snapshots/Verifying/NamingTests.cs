using System.Runtime.InteropServices;

namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class NamingTests : IDisposable
{
    private readonly TemporaryFolder directory = new();

    private static string SystemName =>
        OperatingSystem.IsWindows() ? "Windows"
        : OperatingSystem.IsMacOS() ? "OSX"
        : "Linux";

    public void Dispose() => directory.Dispose();

    [Fact]
    public Task Class_and_method_can_be_renamed() =>
        Names(Verify("x").UseTypeName("Golden").UseMethodName("Run"), "Golden.Run.received.txt");

    [Fact]
    public Task A_file_name_replaces_both() => Names(Verify("x").UseFileName("curve"), "curve.received.txt");

    [Fact]
    public Task Machines_are_told_apart() =>
        Names(
            Verify("x").UseTypeName("T").UseMethodName("M").UniqueForOSPlatform().UniqueForArchitecture(),
            $"T.M.{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}.{SystemName}.received.txt"
        );

    [Fact]
    public async Task Runtimes_are_told_apart_by_the_verified_file()
    {
        directory.Write($"T.M.DotNet{Environment.Version.Major}_{Environment.Version.Minor}.verified.txt", "x");

        await Verify("x").UseTypeName("T").UseMethodName("M").UniqueForRuntimeAndVersion().UseDirectory(directory.Path);
    }

    [Theory]
    [InlineData(1, 2)]
    public async Task Ignored_parameters_stand_in_the_received_file_only(int ranks, int threads)
    {
        directory.Write("T.M_threads=2.verified.txt", "x");
        SettingsTask Of(string text, string type) =>
            Verify(text).UseTypeName(type).UseMethodName("M").UseParameters(ranks, threads).IgnoreParameters(nameof(ranks));

        await Of("x", "T").UseDirectory(directory.Path);
        await Names(Of("y", "U"), "T.M_threads=2.verified.txt", "U.M_ranks=1_threads=2.received.txt");
    }

    [Fact]
    public void A_relative_directory_is_beside_the_source()
    {
        var settings = new VerifySettings();
        settings.UseDirectory("../Golden");

        settings.Directory.Should().Be("../Golden");
    }

    [Fact]
    public void Names_that_do_not_go_together_are_refused()
    {
        Action[] mistakes =
        [
            () => _ = Verify("x").UseFileName("a").UseMethodName("b"),
            () => _ = Verify("x").UseTypeName("a").UseFileName("b"),
            () => _ = Verify("x").UseFileName("a").UseParameters(1),
            () => _ = Verify("x").UseParameters(1).UseTextForParameters("b"),
            () => _ = Verify("x").UseTextForParameters("b").UseParameters(1, 2),
        ];
        mistakes.Should().AllSatisfy(mistake => mistake.Should().Throw<InvalidOperationException>());

        var bad = () => Verify("x").UseFileName("a/b");
        bad.Should().Throw<ArgumentException>().WithMessage("*a/b*");
    }

    [Theory]
    [InlineData(1)]
    public async Task More_values_than_parameters_and_unknown_names_are_refused(int only)
    {
        await Verify("x")
            .UseParameters(only, 2)
            .UseDirectory(directory.Path)
            .Awaiting(task => task.ToTask())
            .Should()
            .ThrowAsync<InvalidOperationException>()
            .WithMessage("*has 1 parameters*given 2*");
        await Verify("x")
            .UseParameters(only)
            .IgnoreParameters("other")
            .UseDirectory(directory.Path)
            .Awaiting(task => task.ToTask())
            .Should()
            .ThrowAsync<InvalidOperationException>()
            .WithMessage("*other*only*");
    }

    [Fact]
    public async Task Outside_of_a_test_there_is_no_name()
    {
        Task<VerifyResult> verification;
        using (ExecutionContext.SuppressFlow())
        {
            verification = Task.Run(() => Verify("x").ToTask());
        }

        await verification.Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>().WithMessage("*SnapshotEngine.props*");
    }

    [Fact]
    public async Task A_started_verification_cannot_be_changed()
    {
        directory.Write("started.verified.txt", "x");
        var verification = Verify("x").UseDirectory(directory.Path).UseFileName("started");
        await verification;
        await verification;

        var change = () => verification.UseFileName("other");
        change.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public async Task Settings_given_to_several_are_copied()
    {
        var settings = new VerifySettings();
        settings.UseDirectory(directory.Path);
        directory.Write("one.verified.txt", "1");
        directory.Write("two.verified.txt", "2");

        await Verify("1", settings).UseFileName("one");
        await Verify("2", settings).UseFileName("two");
    }

    private async Task Names(SettingsTask verification, params string[] files)
    {
        await verification.UseDirectory(directory.Path).DisableDiff().Awaiting(task => task.ToTask()).Should().ThrowAsync<Exception>();
        directory.Names().Should().Equal(files);
    }
}
