using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class TensorFormatTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Written => [.. TensorFormat.All.Where(format => format.CanWrite).Select(format => format.Extension)];

    [Fact]
    public void Every_extension_is_one_format_s() =>
        TensorFormat.All.SelectMany(format => format.Extensions).Should().OnlyHaveUniqueItems().And.OnlyContain(one => one[0] == '.');

    [Fact]
    public void Weights_are_written_in_the_formats_that_keep_names_and_found_in_this_order()
    {
        TensorFormat.ForWeights.Select(format => format.Extension).Should().Equal(".pth", ".safetensors", ".npz");
        File.WriteAllText(folder.File("w.npz"), "");
        File.WriteAllText(folder.File("w.npy"), "");
        TensorFormat.FindWeights(folder.File("w")).Should().Be(folder.File("w.npz"));
        File.WriteAllText(folder.File("w.pth"), "");
        TensorFormat.FindWeights(folder.File("w")).Should().Be(folder.File("w.pth"));
        TensorFormat.FindWeights(folder.File("v")).Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void What_is_written_under_an_extension_is_read_whatever_its_name(string extension)
    {
        TensorFile.Write(folder.File("x" + extension.ToUpperInvariant()), new() { { "x", TensorData.Scalar(3f) } });
        File.Move(folder.File("x" + extension.ToUpperInvariant()), folder.File("x"));

        using var found = TensorFile.Read(folder.File("x"));
        found["x"].As<float>().ToArray().Should().Equal(3f);
    }

    [Fact]
    public void A_safetensors_file_that_begins_as_a_pickle_does_is_read_as_what_it_is()
    {
        var path = folder.File("x");
        var name = "x";
        for (byte[] begin = [0, 0]; begin is not [0x80, 2, ..]; begin = File.ReadAllBytes(path))
        {
            name += "x";
            Safetensors.Write(path, new() { { name, TensorData.Scalar(3f) } });
        }

        using var found = TensorFile.Read(path);
        found.Names.Should().Equal(name);
        ((Action)(() => PickleFile.Read(path))).Should().Throw<AlignException>().WithMessage("*expected a file of PyTorch or Paddle*");
    }

    public void Dispose() => folder.Dispose();
}
