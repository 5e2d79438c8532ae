using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Values that are no tensors are left out with a note; only what could run a program is said to.</summary>
public sealed class OtherValuesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("cbuiltins\nset\n]K\u0001a\u0085R")]
    [InlineData("\u008f(K\u0001\u0090")]
    [InlineData("(K\u0001\u0091")]
    [InlineData("c__builtin__\nset\n]\u0085R")]
    [InlineData("ccollections\nCounter\n}K\u0001K\u0002s\u0085R")]
    [InlineData("ccollections\ndefaultdict\ncbuiltins\nlist\n\u0085R")]
    [InlineData("ccollections\ndeque\n)K\u0005\u0086RK\u0001a")]
    [InlineData("ccollections\ndeque\n]\u0085R")]
    [InlineData("cbuiltins\ncomplex\nG\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000K\u0001\u0086R")]
    [InlineData("cbuiltins\nbytearray\nC\u0001b\u0085R")]
    [InlineData("cbuiltins\nbytearray\nX\u0001\u0000\u0000\u0000bX\u0007\u0000\u0000\u0000latin-1\u0086R")]
    [InlineData("}K\u0001K\u0002\u0086Ns")]
    [InlineData("}K\u0001\u0085K\u0002\u0086Ns")]
    [InlineData("}C\u0001bNs")]
    [InlineData("}K\u0001Ns")]
    [InlineData("I5000000000\n")]
    [InlineData("I01\n")]
    [InlineData("L123456789012345678901234567890L\n")]
    [InlineData(
        "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\u0002\u0000\u0000\u0000U1\u0089\u0088\u0087RC\u0004v\u0000\u0000\u0000\u0086R"
    )]
    [InlineData("cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\u0002\u0000\u0000\u0000M8\u0089\u0088\u0087RC\u00081234567\u0000\u0086R")]
    [InlineData("ctorch\nfloat16\n")]
    [InlineData("ctorch.serialization\n_get_layout\nX\u0001\u0000\u0000\u0000x\u0085R")]
    public void A_value_beside_the_weights_is_left_out_with_a_note(string value)
    {
        var weights = "X\u0005\u0000\u0000\u0000modelccollections\nOrderedDict\n)RX\u0001\u0000\u0000\u0000w" + Array("f4") + "s";

        using var content = Content(Raw.Pickle("}(" + weights + "X\u0001\u0000\u0000\u0000x" + value + "u."));

        content.Tensors.Names.Should().Equal("w");
        content.LeftOut.Should().ContainSingle().Which.Name.Should().Be("x");
    }

    [Theory]
    [InlineData("c8", "complex64")]
    [InlineData("O8", "Python objects")]
    [InlineData("V4", "dtype 'V4'")]
    public void An_array_of_another_type_is_named_among_the_weights(string type, string named)
    {
        using var content = Content(
            Raw.Pickle("}(X\u0001\u0000\u0000\u0000w" + Array("f4") + "X\u0001\u0000\u0000\u0000x" + Array(type) + "u.")
        );

        content.Tensors.Names.Should().Equal("w");
        content.Unread.Should().ContainSingle().Which.ToString().Should().StartWith("x (").And.Contain(named);
    }

    [Theory]
    [InlineData("'<c8'", true)]
    [InlineData("'<f16'", true)]
    [InlineData("'|O'", true)]
    [InlineData("[('a', '<f4'), ('b]', '<i4', (2,))]", true)]
    [InlineData("'<U3'", false)]
    [InlineData("'|S3'", false)]
    [InlineData("'<M8[ns]'", false)]
    public void In_an_archive_other_arrays_are_named_and_the_rest_is_read(string type, bool tensor)
    {
        byte[] Npy(string descr) => Raw.Npy($"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}", [0, 0, 0, 0]);

        using var content = Content(Raw.Zip(("d/", []), ("d/a.npy", Npy("'<f4'")), ("x.npy", Npy(type)), ("README", "text"u8.ToArray())));

        content.Tensors.Names.Should().Equal("d/a");
        content.Unread.Count.Should().Be(tensor ? 1 : 0);
        content.LeftOut.Select(entry => entry.Name).Should().Equal(tensor ? ["README"] : ["x", "README"]);
    }

    [Theory]
    [InlineData("{\"__metadata__\":null,\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[3],\"data_offsets\":[4,7]}}",
        7
    )]
    public void Safetensors_without_metadata_or_with_other_types_are_read(string header, int length)
    {
        using var content = Content(Raw.Safetensors(header, length));

        content.Tensors.Names.Should().Equal("a");
        content.Unread.Select(entry => $"{entry}").Should().Equal(length == 7 ? ["x (F8_E4M3)"] : []);
    }

    [Fact]
    public void Keys_that_are_tuples_have_names_that_differ()
    {
        using var content = Content(Raw.Pickle($"}}(K\u0001K\u0002\u0086{Array("f4")}K\u0001K\u0003\u0085\u0086{Array("f4")}u."));

        content.Tensors.Names.Should().Equal("(1, 2)", "(1, (3))");
    }

    [Fact]
    public void Keys_of_one_name_are_refused_with_the_file() =>
        Raw.ShouldBeRefused(
            Raw.Pickle($"}}(K\u0001{Array("f4")}X\u0001\u0000\u0000\u00001{Array("f4")}u."),
            "expected each name once, found '1' twice"
        );

    public static TheoryData<byte[], string> Foreign =>
        new()
        {
            { [0x1f, 0x8b, 8, 0], "a gzip archive" },
            { [.. new byte[257].Select(_ => (byte)'a'), .. "ustar\u00000"u8], "a tar archive" },
            { [.. "sys_info"u8, .. new byte[249], .. "ustar\u00000"u8], "a checkpoint of PyTorch before 0.1.10" },
            { "  \n<!DOCTYPE html><html>"u8.ToArray(), "a page of HTML" },
            { "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"u8.ToArray(), "git lfs pull" },
            { "Not Found"u8.ToArray(), "text: 'Not Found'" },
            { "(dp0\n."u8.ToArray(), "protocol 2 or 4" },
            { [0x80, 2, (byte)'}', (byte)'.', 0, 0], "2 more bytes" },
            { [.. Raw.Zip(("a.npy", [])), 1, 2, 3], "3 more bytes" },
            {
                [.. Raw.Safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5)],
                "found 5; something was appended"
            },
            {
                Raw.Safetensors("{\"__metadata__\":{\"n\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
                "without metadata"
            },
            { Raw.Zip(("m.pth", [1, 2])), "unpack it" },
        };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_file_that_is_not_damaged_is_not_called_so(byte[] bytes, string message) =>
        FluentActions
            .Invoking(() => Raw.Read(bytes))
            .Should()
            .Throw<AlignException>()
            .Which.Message.Should()
            .Contain(message)
            .And.NotContain("damaged");

    [Fact]
    public void What_is_cut_short_is_called_so()
    {
        var file = Raw.Safetensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);

        foreach (var bytes in new[] { file[..^6], file[..^3], Raw.Zip(("a.npy", [1]))[..^4], new byte[99] })
        {
            Raw.ShouldBeRefused(bytes, "cut short or damaged");
        }
    }

    /// <summary>Of numbers with the same n in both halves the framework's hashes are all 0.</summary>
    [Theory]
    [InlineData(0x8a)]
    [InlineData('G')]
    public void Keys_that_were_chosen_to_collide_have_other_hashes(byte opcode)
    {
        const int Keys = 150_000;
        object Chosen(long key) => opcode == 'G' ? BitConverter.Int64BitsToDouble((key << 32) | key) : (key << 32) | key;

        // As many of so many 32-bit hashes as chance leaves, less than two in 100,000 on average.
        Enumerable
            .Range(1, Keys)
            .Select(key => SeededKeys.Instance.GetHashCode(Chosen(key)))
            .Distinct()
            .Count()
            .Should()
            .BeGreaterThan(Keys - 50);
        // Without them this takes minutes.
        var bytes = new List<byte>(Raw.Pickle("}("));
        for (var key = 1L; key <= Keys; key++)
        {
            var number = BitConverter.GetBytes((key << 32) | key);
            bytes.AddRange(opcode == 'G' ? [opcode, .. number.Reverse(), (byte)'N'] : [opcode, 8, .. number, (byte)'N']);
        }

        FluentActions.Invoking(() => Raw.Read([.. bytes, .. "u."u8])).Should().Throw<AlignException>();
    }

    [Fact]
    public void A_string_that_is_named_many_times_is_encoded_once()
    {
        var text = "X" + "\u0040\u0042\u000f\u0000" + string.Concat(Enumerable.Repeat("\u00c3\u00a9", 500_000));
        var calls = string.Concat(Enumerable.Repeat("c_codecs\nencode\nh\u0000X\u0006\u0000\u0000\u0000latin1\u0086R", 500));
        var bytes = Raw.Pickle("]" + text + "q\u00000(" + calls + "e.");
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => Raw.Read(bytes)).Should().Throw<AlignException>();

        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(16 << 20);
    }

    // A NumPy array of one element of four bytes.
    private static string Array(string type) =>
        "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n(K\u0000tC\u0001b\u0087R(K\u0001(K\u0001tcnumpy\ndtype\n"
        + $"X{(char)type.Length}\u0000\u0000\u0000{type}\u0089\u0088\u0087R\u0089C\u00041234tb";

    private static TensorContent Content(byte[] bytes) => TensorFormat.Read(new ByteSource(bytes, "file"), "file.x");
}
