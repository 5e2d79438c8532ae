using FsCheck;
using FsCheck.Fluent;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class RoundTripTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("x.pth", 0)]
    [InlineData("x.pth", ByteSource.LeaveFrom)]
    [InlineData("x.safetensors", 0)]
    [InlineData("x.safetensors", ByteSource.LeaveFrom)]
    public void Every_type_comes_back_bit_by_bit_and_in_order_left_in_the_file_or_read(string name, long leaveFrom)
    {
        var tensors = Samples.OfAllTypesBut();

        TensorFile.Write(folder.File(name), tensors);

        using var content = TensorFile.Read(folder.File(name), leaveFrom);
        var found = content.Tensors;
        Samples.ShouldEqual(found, tensors);
        folder.Names().Should().Equal(name);
    }

    // What lies in a file is copied piece by piece, and its checksum put into the header at the end.
    [Theory]
    [InlineData("x.npz", "y.pth")]
    [InlineData("x.pth", "y.npz")]
    public void Tensors_in_a_file_are_written_as_those_in_memory(string source, string target)
    {
        var tensors = new NamedTensors();
        foreach (var count in new[] { 3, 65535, 65536, 65537, 300_000 })
        {
            tensors.Add($"t{count}", TensorData.Of<float>([.. Enumerable.Range(0, count).Select(i => i * 0.1f)], [count]));
        }

        TensorFile.Write(folder.File(source), tensors);
        TensorFile.Write(folder.File("memory-" + target), tensors);

        using (var found = TensorFile.Read(folder.File(source)))
        {
            TensorFile.Write(folder.File(target), found);
        }

        File.ReadAllBytes(folder.File(target)).Should().Equal(File.ReadAllBytes(folder.File("memory-" + target)));
    }

    [Theory]
    [InlineData("x.npz")]
    [InlineData("x.pth")]
    [InlineData("x.safetensors")]
    public void A_file_without_tensors_is_one(string name)
    {
        TensorFile.Write(folder.File(name), []);

        using var found = TensorFile.Read(folder.File(name));
        found.Count.Should().Be(0);
    }

    [Fact]
    public void Any_names_and_shapes_come_back()
    {
        var tensor =
            from type in Gen.Elements(
                Enum.GetValues<ElementType>().Where(type => type is not (ElementType.BFloat16 or ElementType.Bool)).ToArray()
            )
            from shape in Gen.Choose(0, 4).ListOf()
            let bounded = shape.Take(5).Select(extent => (long)extent).ToArray()
            from bytes in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf((int)TensorData.CountOf(bounded) * type.Size())
            select new TensorData(type, bounded, bytes);
        var name = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(value => Clean(value.Get));
        var named = Gen.Zip(name, tensor).ListOf();
        var property = Prop.ForAll(
            named.ToArbitrary(),
            Gen.Elements(".npz", ".pth", ".safetensors").ToArbitrary(),
            (list, extension) =>
            {
                var tensors = new NamedTensors();
                foreach (var (key, value) in list.DistinctBy(entry => entry.Item1))
                {
                    tensors.Add(key, value);
                }

                TensorFile.Write(folder.File("any" + extension), tensors);
                using var content = TensorFile.Read(folder.File("any" + extension), leaveFrom: 0);
                var found = content.Tensors;
                Samples.ShouldEqual(found, tensors);
            }
        );

        TestSeed.Current.Check(property, tests: 60);
    }

    [Fact]
    public void A_file_may_be_written_over_the_one_that_its_tensors_are_in()
    {
        var tensors = new NamedTensors
        {
            { "x", TensorData.Of<float>(Enumerable.Range(0, 100_000).Select(value => (float)value).ToArray(), 100_000) },
        };
        TensorFile.Write(folder.File("x.pth"), tensors);

        using (var mapped = TensorFile.Read(folder.File("x.pth")))
        {
            TensorFile.Write(folder.File("x.pth"), mapped);
            Samples.ShouldEqual(mapped, tensors);
        }

        using var found = TensorFile.Read(folder.File("x.pth"));
        Samples.ShouldEqual(found, tensors);
    }

    [Fact]
    public void Tensors_of_a_closed_file_say_so_instead_of_reading_what_is_gone()
    {
        TensorFile.Write(folder.File("x.npz"), new NamedTensors { { "x", TensorData.Of<byte>(new byte[100_000], 100_000) } });
        var mapped = TensorFile.Read(folder.File("x.npz"));
        var tensor = mapped["x"];
        mapped.Dispose();

        ((Action)(() => tensor.As<byte>())).Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(".npz")]
    [InlineData(".pth")]
    [InlineData(".safetensors")]
    public void A_big_file_is_read_when_it_is_looked_at(string extension)
    {
        const int size = 8 << 20;
        var path = folder.File("x" + extension);
        TensorFile.Write(path, new NamedTensors { { "x", TensorData.Of<byte>(new byte[size], size) } });
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        using var found = TensorFile.Read(path);

        found["x"].Count.Should().Be(size);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(1 << 20);
    }

    public void Dispose() => folder.Dispose();

    // Lone surrogates are no unicode text, and no format can hold them. JSON and zip names are otherwise free.
    private static string Clean(string text) => new([.. text.Where(character => !char.IsSurrogate(character))]);
}
