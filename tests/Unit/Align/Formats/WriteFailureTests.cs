using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class WriteFailureTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void When_writing_fails_the_old_file_stays_and_nothing_else()
    {
        File.WriteAllText(folder.File("x.npz"), "old");

        (
            (Action)(
                () =>
                    NewFile.Write(
                        folder.File("x.npz"),
                        stream =>
                        {
                            stream.Write(new byte[1 << 20]);
                            throw new IOException("No space left on device");
                        }
                    )
            )
        ).Should().Throw<AlignException>().WithMessage($"{folder.File("x.npz")}: cannot be written (No space left on device)*");

        File.ReadAllText(folder.File("x.npz")).Should().Be("old");
        folder.Names().Should().Equal("x.npz");
    }

    [Fact]
    public void A_lasting_file_has_its_content_on_the_disk_before_it_has_its_name_and_then_the_name()
    {
        var disk = new WatchedDisk(folder.Path);

        NewFile.Write(folder.File("x.npz"), stream => stream.Write(new byte[100]), disk);

        disk.Seen.Should()
            .SatisfyRespectively(
                flushed => flushed.Should().MatchRegex(@"^file of 100 bytes among x\.npz\.\w+\.tmp$"),
                flushed => flushed.Should().Be($"folder {folder.Path} among x.npz")
            );
    }

    [Fact]
    public void A_disk_that_does_not_take_it_leaves_the_old_file()
    {
        File.WriteAllText(folder.File("x.npz"), "old");

        ((Action)(() => NewFile.Write(folder.File("x.npz"), _ => { }, new FullDisk())))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*No space left*");

        File.ReadAllText(folder.File("x.npz")).Should().Be("old");
        folder.Names().Should().Equal("x.npz");
    }

    [Fact]
    public void A_folder_is_flushed_and_one_that_is_not_there_cannot_be()
    {
        Disk.Local.FlushFolder(folder.Path);

        if (!OperatingSystem.IsWindows())
        {
            ((Action)(() => Disk.Local.FlushFolder(folder.File("none")))).Should().Throw<IOException>().WithMessage("*cannot be opened*");
        }
    }

    [Theory]
    [InlineData("x.npz")]
    [InlineData("x.npy")]
    [InlineData("x.pth")]
    [InlineData("x.safetensors")]
    public void A_folder_that_is_not_there_is_named(string name)
    {
        var path = folder.File(Path.Combine("none", name));

        ((Action)(() => TensorFile.Write(path, new NamedTensors { { "x", TensorData.Scalar(1f) } })))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{path}: cannot be written*");
    }

    [Theory]
    [InlineData("x.h5")]
    [InlineData("x")]
    [InlineData("x.pdparams")]
    public void An_extension_that_names_no_format_is_refused(string name)
    {
        ((Action)(() => TensorFile.Write(folder.File(name), [])))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected the extension .pth, .safetensors, .npz or .npy, found*");
        folder.Names().Should().BeEmpty();
    }

    [Fact]
    public void A_npy_file_holds_one_tensor()
    {
        ((Action)(() => TensorFile.Write(folder.File("x.npy"), [])))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected one tensor for a .npy file, found 0*");
    }

    [Fact]
    public void Reading_what_is_not_there_or_no_file_says_so()
    {
        ((Action)(() => TensorFile.Read(folder.File("none.npz"))))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*none.npz: there is no such file*");
        ((Action)(() => TensorFile.Read(folder.Path)))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{folder.Path}: expected a file, found a folder*");
        ((Action)(() => TensorFile.Read(""))).Should().Throw<AlignException>();
    }

    [Fact]
    public void A_value_that_contains_itself_is_refused()
    {
        var items = new List<PickleValue>();
        var list = new PickleValue(PickleKind.List, items);
        items.Add(list);

        ((Action)(() => new Checkpoint(0, [], list).Write(folder.File("x.pth"))))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*does a list or dict contain itself?*");
        folder.Names().Should().BeEmpty();
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Notes what is flushed, and which names there are then.</summary>
    private sealed class WatchedDisk(string folder) : Disk
    {
        public List<string> Seen { get; } = [];

        public override void Flush(FileStream file)
        {
            base.Flush(file);
            Seen.Add($"file of {new FileInfo(file.Name).Length} bytes among {Names()}");
        }

        public override void FlushFolder(string path)
        {
            base.FlushFolder(path);
            Seen.Add($"folder {path} among {Names()}");
        }

        private string Names() => string.Join(' ', Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)));
    }

    private sealed class FullDisk : Disk
    {
        public override void Flush(FileStream file) => throw new IOException("No space left on device");
    }
}
