using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class HostileTests
{
    // The two that may be read; see their own tests.
    private static readonly string[] Readable = ["bomb.npz", "traversal.npz"];

    public static TheoryData<string, string> Refused { get; } =
        new()
        {
            { "truncated.pth", "expected the directory at the end of a zip archive, found none" },
            { "truncated_legacy.pth", "expected * bytes at offset *, found only *" },
            { "truncated.npz", "expected the directory at the end of a zip archive, found none" },
            { "evil.pdparams", "the name 'posix.system', which is refused" },
            { "evil2.pdparams", "the name 'posix.system', which is refused" },
            { "evil.pth", "the name 'posix.system', which is refused" },
            { "evil_eval.pdparams", "the name '*builtin*.eval', which is refused" },
            { "shape_lies.npz", "expected 4000000 bytes for shape (1000, 1000), found 40" },
            { "shape_overflow.npz", "expected a shape that memory can hold" },
            { "shape_negative.npz", "expected extents that are not negative" },
            { "object.npy", "found dtype '|O'" },
            { "object.npz", "expected elements of a numeric type of at most 64 bits, found only a (dtype '|O'" },
            { "bad_magic.npz", "expected a NumPy array (.npy), found something else" },
            { "header_code.npz", "expected a .npy header of 'descr', 'fortran_order' and 'shape'" },
            { "duplicate.npz", "expected each entry once, found 'a.npy' twice" },
            { "garbage.bin", "expected a file of Paddle, PyTorch, safetensors or NumPy, found something else" },
            { "garbage.pth", "expected a file of Paddle, PyTorch, safetensors or NumPy, found something else" },
            { "empty.pth", "found an empty file" },
            { "empty.npz", "found an empty file" },
            { "empty.pdparams", "found an empty file" },
            { "deep.pdparams", "expected a dict of tensors, found a list" },
            { "long_len.pdparams", "expected 4611686018427387904 bytes at offset" },
            { "memo_missing.pdparams", "expected entry 99 in the pickle's memo, found none" },
            { "short_storage.pth", "expected 4 elements of 4 bytes in entry 'archive/data/0', found 8 bytes" },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_hostile_file_is_refused_by_name_and_nothing_of_it_is_run(string name, string message)
    {
        var path = Fixture.PathOf(Path.Combine("hostile", name));
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        ((Action)(() => TensorFile.Read(path))).Should().Throw<AlignException>().WithMessage($"{path}*{message}*");

        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(16 << 20);
        File.Exists("PICKLE_WAS_EXECUTED").Should().BeFalse();
        File.Exists(Path.Combine(Fixture.Folder, "hostile", "PICKLE_WAS_EXECUTED")).Should().BeFalse();
    }

    [Fact]
    public void Every_hostile_file_has_its_test()
    {
        var files = Directory.GetFiles(Fixture.PathOf("hostile")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();

        files.Should().Equal(Refused.Select(row => (string)row[0]).Concat(Readable).Order(StringComparer.Ordinal));
        files
            .Should()
            .Equal(Fixture.Expected.GetProperty("hostile").EnumerateObject().Select(fact => fact.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_bomb_is_read_within_the_memory_that_its_array_needs()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        using var tensors = TensorFile.Read(Fixture.PathOf("hostile/bomb.npz"));

        var tensor = tensors["a"];
        (tensor.Count * tensor.Type.Size()).Should().Be(64 << 20);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan((64 << 20) + (4 << 20));
    }

    [Fact]
    public void A_path_in_a_name_is_a_name()
    {
        using var tensors = TensorFile.Read(Fixture.PathOf("hostile/traversal.npz"));

        tensors.Names.Should().Equal("../../escaped", "ok");
        foreach (var folder in new[] { "..", "../..", "hostile", "../../.." })
        {
            Directory.GetFiles(Fixture.PathOf(folder), "escaped*").Should().BeEmpty();
        }
    }
}
