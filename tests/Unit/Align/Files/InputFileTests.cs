using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Files;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Files;

public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_text_is_read_whatever_its_encoding_says()
    {
        folder.Write("a", "\uFEFFone\r\ntwo\n");

        InputFile.ReadText(folder.File("a")).Should().Be("one\r\ntwo\n");
        InputFile.ReadLines(folder.File("a")).Should().Equal("one", "two");
    }

    [Fact]
    public void A_pipe_is_refused_instead_of_waited_for() => Refused(SpecialFile.Pipe(folder.File("x"))).Should().Contain("found a pipe");

    [Fact]
    public void A_socket_is_refused() => Refused(SpecialFile.Socket(folder.File("x"))).Should().Contain("found a socket");

    [Fact]
    public void A_folder_is_refused() => Refused(folder.Folder("x")).Should().Contain("found a folder");

    [SkippableFact]
    public void A_device_without_an_end_is_refused() =>
        Refused(SpecialFile.Device(folder.File("x"), minor: 5)).Should().Contain("found a device");

    [Fact]
    public void A_text_that_is_too_long_is_refused_with_the_limit()
    {
        using (var file = File.Create(folder.File("x")))
        {
            file.SetLength(InputFile.MostText + 1L);
        }

        FluentActions
            .Invoking(() => InputFile.ReadText(folder.File("x")))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{folder.File("x")}: expected at most {InputFile.MostText} bytes*");
    }

    [Fact]
    public void What_the_kernel_makes_up_has_no_length_and_is_read() =>
        (OperatingSystem.IsLinux() ? InputFile.ReadText("/proc/self/status") : "Name:").Should().StartWith("Name:");

    [Theory]
    [InlineData(".npz")]
    [InlineData(".pth")]
    [InlineData(".safetensors")]
    public void A_file_that_is_cut_short_while_it_is_open_is_named(string extension)
    {
        var path = folder.File("x" + extension);
        TensorFile.Write(path, new NamedTensors { { "x", TensorData.Of<byte>(new byte[4 << 20], 4 << 20) } });
        using var tensors = TensorFile.Read(path);

        SpecialFile.CutShort(path, 1 << 20);

        FluentActions
            .Invoking(() => tensors["x"].Bytes.Span.ContainsAnyExcept((byte)0))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{path}: *cut short while it was read*");
    }

    [Fact]
    public void A_file_that_is_cut_short_while_it_is_compared_is_named()
    {
        string path = folder.File("x.safetensors"),
            other = folder.File("y.safetensors");
        TensorFile.Write(path, new NamedTensors { { "x", TensorData.Of<float>(new float[1 << 21], 1 << 21) } });
        File.Copy(path, other);
        using var tensors = TensorFile.Read(path);
        using var others = TensorFile.Read(other);

        SpecialFile.CutShort(path, 1 << 20);

        // Threads fail side by side: three quarters of the file and more are gone.
        // Throw<> of FluentAssertions would take an exception that only holds this one.
        var failure = Record.Exception(() => TensorComparer.Compare(tensors, others, new() { Threads = 4 }));
        failure.Should().BeOfType<AlignException>().Which.Message.Should().Match($"{path}: *cut short while it was read*");
    }

    public void Dispose() => folder.Dispose();

    private static string Refused(string path)
    {
        var text = FluentActions.Invoking(() => InputFile.ReadText(path)).Should().Throw<AlignException>().Which.Message;
        FluentActions.Invoking(() => TensorFile.Read(path)).Should().Throw<AlignException>().WithMessage(text);
        return text;
    }
}
