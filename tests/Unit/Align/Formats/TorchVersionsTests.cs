using System.Runtime.InteropServices;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using static PPYolo.Tests.Unit.Align.Formats.TorchPickle;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Tensors as PyTorch 0.1 to 2 write them, each argument of which counts.</summary>
public class TorchVersionsTests
{
    private const string Neg = "}X\u0003\u0000\u0000\u0000neg\u0088s";

    [Theory]
    [InlineData(Tail, 1, -2)]
    [InlineData(Tail + "N", 1, -2)]
    [InlineData(Tail + "}", 1, -2)]
    [InlineData(Tail + Neg, -1, 2)]
    [InlineData(Tail + "}X\u0003\u0000\u0000\u0000neg\u0089s", 1, -2)]
    public void The_metadata_of_a_tensor_change_its_sign(string tail, float first, float second) =>
        Floats(File(Tensor("_rebuild_tensor_v2", tail))).Should().Equal(first, second);

    [Theory]
    [InlineData("HalfStorage", new byte[] { 0, 0x3c, 0, 0xc0 }, new byte[] { 0, 0xbc, 0, 0x40 })]
    [InlineData("BFloat16Storage", new byte[] { 0x80, 0x3f, 0, 0xc0 }, new byte[] { 0x80, 0xbf, 0, 0x40 })]
    [InlineData("ShortStorage", new byte[] { 1, 0, 0xfe, 0xff }, new byte[] { 0xff, 0xff, 2, 0 })]
    [InlineData("CharStorage", new byte[] { 1, 0xfe }, new byte[] { 0xff, 2 })]
    public void The_sign_of_every_type_is_changed(string storage, byte[] bytes, byte[] negative) =>
        Raw.Read(File(Tensor("_rebuild_tensor_v2", Tail + Neg, Storage(storage)), bytes))["c"].Bytes.ToArray().Should().Equal(negative);

    [Theory]
    [InlineData(Tail + "}X\u0004\u0000\u0000\u0000conj\u0088s", false)]
    [InlineData(Tail + "}X\u0004\u0000\u0000\u0000else\u0088s", true)]
    [InlineData(Tail + "K\u0001", true)]
    [InlineData(Tail + "}N", true)]
    [InlineData("\u0089]", true)]
    [InlineData("", true)]
    public void No_argument_is_passed_over(string tail, bool refused)
    {
        var file = File(Tensor("_rebuild_tensor_v2", tail));
        if (refused)
        {
            Raw.ShouldBeRefused(file, "expected");
        }
        else
        {
            Floats(file).Should().Equal([1, -2], "a real number is its own conjugate");
        }
    }

    [Fact]
    public void Parameters_have_three_arguments_or_four() =>
        new[]
        {
            $"ctorch._utils\n_rebuild_parameter\n({Tensor("_rebuild_tensor_v2", Tail)}\u0088{Hooks}tR",
            $"ctorch._utils\n_rebuild_parameter_with_state\n({Tensor("_rebuild_tensor_v2", Tail)}\u0088{Hooks}}}tR",
            $"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch.nn.parameter\nParameter\n"
                + $"({Storage()}{Number(0)}({Number(2)}t({Number(1)}t{Tail}t}}tR",
        }
            .Should()
            .AllSatisfy(value => Floats(File(value)).Should().Equal(1, -2));

    public static TheoryData<string> Old =>
        new()
        {
            Tensor("_rebuild_tensor", "", Storage(view: "N")),
            $"ctorch.nn.parameter\nParameter\n({Tensor("_rebuild_tensor", "")}\u0088tR",
            $"ctorch.nn.parameter\nParameter\n)\u0081({Tensor("_rebuild_tensor", "")}N{Hooks}\u0088\u0089tb",
            $"ctorch.nn.parameter\nParameter\n{Tensor("_rebuild_tensor", "")}\u0085\u0081(\u0088\u0089{Hooks}tb",
            $"ctorch\nFloatTensor\n)R({Storage()}{Number(0)}({Number(2)}t({Number(1)}ttb",
            Tensor("_rebuild_tensor", "").Replace("K\u0002t(", "L2L\nt(", StringComparison.Ordinal),
        };

    [Theory]
    [MemberData(nameof(Old))]
    public void PyTorch_before_0_4_is_read(string value) => Floats(OldFile(value, 1, -2)).Should().Equal(1, -2);

    [Fact]
    public void A_part_of_a_storage_is_read_and_nothing_beyond_it()
    {
        var view = $"({Text("9")}{Number(1)}{Number(2)}t";

        Floats(OldFile(Tensor("_rebuild_tensor", "", Storage(count: 4, view: view)), 7, 1, -2, 8)).Should().Equal(1, -2);
        Raw.ShouldBeRefused(
            OldFile(Tensor("_rebuild_tensor", "", Storage(count: 4, view: view), extent: 3), 7, 1, -2, 8),
            "a storage of 8"
        );
    }

    [Theory]
    [InlineData("HalfStorage", false)]
    [InlineData("ComplexFloatStorage", true)]
    [InlineData("QInt8Storage", true)]
    public void A_tensor_of_another_type_is_named_and_the_rest_is_read(string storage, bool unread)
    {
        var value = Tensor("_rebuild_tensor_v2", Tail, Storage(storage));
        var content = Content(
            Raw.Zip(
                ("archive/data.pkl", Raw.Pickle(Dict(("c", value), ("d", Tensor("_rebuild_tensor_v2", Tail, Storage(storage)))) + ".")),
                ("archive/data/0", new byte[4])
            )
        );
        static TensorContent Content(byte[] bytes)
        {
            try
            {
                return TensorFormat.Read(new ByteSource(bytes, "file"), "file");
            }
            catch (PPYolo.Align.AlignException error)
            {
                error.Message.Should().Contain("found only c (");
                return new([]) { Unread = [new("c", ""), new("d", "")] };
            }
        }

        content.Unread.Should().HaveCount(unread ? 2 : 0);
        content.Tensors.Count.Should().Be(unread ? 0 : 2);
    }

    private static float[] Floats(byte[] file) => MemoryMarshal.Cast<byte, float>(Raw.Read(file)["c"].Bytes.Span).ToArray();
}
