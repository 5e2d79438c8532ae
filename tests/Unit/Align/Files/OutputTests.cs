using PPYolo.Align;
using PPYolo.Align.Json;

namespace PPYolo.Tests.Unit.Align.Files;

public sealed class OutputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [SkippableFact]
    public void A_device_is_written_into_and_stays_a_device()
    {
        var device = SpecialFile.Device(folder.File("null"), minor: 3);

        AtomicText.Write(device, "text");

        File.ReadAllText(device).Should().BeEmpty("a file of this name would have the text");
        folder.Names().Should().Equal("null");
    }

    [SkippableFact]
    public void A_full_device_says_so()
    {
        var device = SpecialFile.Device(folder.File("full"), minor: 7);

        FluentActions
            .Invoking(() => AtomicText.Write(device, "text"))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{device}: *No space*");
    }

    [Fact]
    public async Task A_pipe_is_written_into()
    {
        var pipe = SpecialFile.Pipe(folder.File("pipe"));
        var reading = Task.Run(() => File.ReadAllText(pipe));

        AtomicText.Write(pipe, "text");

        (await reading).Should().Be("text\n");
        folder.Names().Should().Equal("pipe");
    }

    [Fact]
    public void Of_a_link_the_target_is_replaced()
    {
        folder.Write("target", "old");
        Directory.CreateDirectory(folder.File("sub"));
        File.CreateSymbolicLink(folder.File("sub", "second"), "../target");
        File.CreateSymbolicLink(folder.File("first"), "sub/second");

        AtomicText.Write(folder.File("first"), "new");

        folder.Read("target").Should().Be("new\n");
        new FileInfo(folder.File("first")).LinkTarget.Should().Be("sub/second");
    }

    [Fact]
    public void Of_a_link_that_leads_to_nothing_the_target_is_made()
    {
        File.CreateSymbolicLink(folder.File("link"), "target");

        AtomicText.Write(folder.File("link"), "new");

        folder.Read("target").Should().Be("new\n");
        new FileInfo(folder.File("link")).LinkTarget.Should().Be("target");
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        File.CreateSymbolicLink(folder.File("a"), "b");
        File.CreateSymbolicLink(folder.File("b"), "a");

        FluentActions.Invoking(() => AtomicText.Write(folder.File("a"), "x")).Should().Throw<AlignException>();
        folder.Names().Should().Equal("a", "b");
    }

    [Fact]
    public void A_socket_and_a_folder_are_refused()
    {
        foreach (var path in new[] { SpecialFile.Socket(folder.File("socket")), folder.Folder("folder") })
        {
            FluentActions
                .Invoking(() => AtomicText.Write(path, "x"))
                .Should()
                .Throw<AlignException>()
                .WithMessage($"{path}: expected the name of a file to write*");
        }
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed_and_what_others_write_or_wrote_stays()
    {
        var left = folder.Write($"x.npz.{Guid.NewGuid():N}.tmp", "half");
        folder.Write("x.npz.mine.tmp", "a name of somebody else");
        folder.Write($"y.npz.{Guid.NewGuid():N}.tmp", "beside another file");
        using var live = new FileStream(folder.File($"x.npz.{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None);

        AtomicText.Write(folder.File("x.npz"), "whole");

        folder.Names().Should().HaveCount(4).And.NotContain(Path.GetFileName(left)).And.Contain(Path.GetFileName(live.Name));
    }

    public void Dispose() => folder.Dispose();
}
