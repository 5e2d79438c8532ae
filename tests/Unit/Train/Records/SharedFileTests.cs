using PPYolo.Train.Records;

namespace PPYolo.Tests.Unit.Train.Records;

public sealed class SharedFileTests : IDisposable
{
    private const string OtherFileSystem = "/dev/shm";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Either_name_stays_when_the_other_goes_or_is_given_to_another_file()
    {
        string first = folder.File("first"),
            second = folder.File("second"),
            other = folder.File("other");
        File.WriteAllText(first, "weights");
        File.WriteAllText(other, "others");

        SharedFile.Add(first, second);
        File.Move(other, first, overwrite: true);

        File.ReadAllText(second).Should().Be("weights");
        File.Delete(first);
        File.ReadAllText(second).Should().Be("weights");
    }

    [SkippableFact]
    public void Takes_no_space_where_the_file_system_can()
    {
        Skip.If(OperatingSystem.IsWindows(), "files are copied on Windows");
        string first = folder.File("first"),
            second = folder.File("second");
        File.WriteAllText(first, "before");

        SharedFile.Add(first, second);
        File.AppendAllText(first, " and after");

        File.ReadAllText(second).Should().Be("before and after");
    }

    [SkippableFact]
    public void Copies_to_another_file_system()
    {
        Skip.IfNot(Directory.Exists(OtherFileSystem), $"there is no {OtherFileSystem} here");
        var name = Path.Combine(OtherFileSystem, Path.GetRandomFileName());
        var file = folder.File("file");
        File.WriteAllText(file, "weights");
        try
        {
            SharedFile.Add(file, name);

            File.ReadAllText(name).Should().Be("weights");
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public void A_name_that_is_taken_is_refused()
    {
        var file = folder.File("file");
        File.WriteAllText(file, "weights");

        var sharing = () => SharedFile.Add(file, file);

        sharing.Should().Throw<IOException>();
    }

    public void Dispose() => folder.Dispose();
}
