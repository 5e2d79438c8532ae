using PPYolo.Align;
using PPYolo.Align.Formats;

namespace PPYolo.Tests.Unit.Align.Formats;

public class NpzTests
{
    [Theory]
    [InlineData("tiny.npz")]
    [InlineData("tiny_compressed.npz")]
    public void Arrays_are_read_as_NumPy_wrote_them_and_text_is_left_out(string name)
    {
        using var tensors = TensorFile.Read(Fixture.PathOf(name));

        var facts = Fixture
            .Expected.GetProperty(name)
            .EnumerateObject()
            .Where(fact => !fact.Value.TryGetProperty("values", out _))
            .ToList();
        tensors.Names.Should().Equal(facts.Select(fact => fact.Name));
        facts.ForEach(fact => Facts.ShouldHold(tensors[fact.Name], fact.Value, fact.Name));
    }

    [Theory]
    [InlineData("tiny.npz")]
    [InlineData("tiny_compressed.npz")]
    public void Text_arrays_are_read_as_strings(string name) =>
        Npz.ReadStrings(Fixture.PathOf(name), "names").Should().Equal("alpha", "b\u00eata");

    [Fact]
    public void Asking_for_the_text_of_numbers_or_of_nothing_is_an_error_that_says_so()
    {
        var path = Fixture.PathOf("tiny.npz");
        ((Action)(() => Npz.ReadStrings(path, "f32")))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{path}, entry 'f32.npy': expected text, found float32*");
        ((Action)(() => Npz.ReadStrings(path, "nothing"))).Should().Throw<AlignException>().WithMessage("*expected an array 'nothing'*");
    }

    [Theory]
    [InlineData("single.npy")]
    [InlineData("v2_header.npy")]
    public void A_single_array_gets_the_name_of_its_file(string name)
    {
        using var tensors = TensorFile.Read(Fixture.PathOf(name));

        tensors.Names.Should().Equal(Path.GetFileNameWithoutExtension(name));
        Facts.ShouldHold(tensors.First().Value, Fixture.Expected.GetProperty(name), name);
    }
}
