using PPYolo.Align;

namespace PPYolo.Tests.Unit.Align.Formats;

public class PickleRefusalTests
{
    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "getattr")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch", "load")]
    [InlineData("torch._utils", "_rebuild_tensor_v2 ")]
    [InlineData("numpy", "load")]
    [InlineData("collections", "UserDict")]
    [InlineData("", "")]
    public void A_name_that_is_not_on_the_list_is_refused_by_that_name(string module, string name) =>
        Raw.ShouldBeRefused(
            Raw.Pickle($"c{module}\n{name}\n)R."),
            $"the name '{module}.{name}', which is refused since using it could run a program"
        );

    [Theory]
    [InlineData("(S'x'\nios\nsystem\n.", "the opcode 0x53")]
    [InlineData("(ios\nsystem\n.", "the opcode 0x69")]
    [InlineData("ccollections\nOrderedDict\n)\u0081.", "the opcode 0x81")]
    [InlineData("(ccollections\nOrderedDict\no.", "the opcode 0x6f")]
    [InlineData("\u0082\u0001.", "the opcode 0x82")]
    [InlineData("Px\n.", "the opcode 0x50")]
    public void Opcodes_that_make_objects_are_refused(string opcodes, string message) => Raw.ShouldBeRefused(Raw.Pickle(opcodes), message);

    [Theory]
    [InlineData("}", "expected 1 bytes at offset 3, found only 3 bytes")]
    [InlineData(".", "expected one value at the pickle's end, found 0")]
    [InlineData("}}.", "expected one value at the pickle's end, found 2")]
    [InlineData("}(.", "expected one value at the pickle's end, found 1")]
    [InlineData("(0.", "expected a value on the pickle's stack, found none")]
    [InlineData("}u.", "expected a mark on the pickle's stack, found none")]
    [InlineData("}(Nu.", "expected a dict and pairs of keys and values")]
    [InlineData("](NNu.", "expected a dict and pairs of keys and values, found a list and 2 values")]
    [InlineData("}(]Nu.", "expected a string or number as key of a dict, found a list")]
    [InlineData("}Na.", "expected a list to append to, found a dict")]
    [InlineData("N)R.", "expected a function and its arguments, found None and a tuple")]
    [InlineData(
        "ccollections\nOrderedDict\nN\u0085R.",
        "expected a call that PyTorch or NumPy writes, found 'collections.OrderedDict' with 1 other"
    )]
    [InlineData("__builtin__", "the opcode 0x5f")]
    [InlineData("c__builtin__\nbytes\nK\u0001\u0085R.", "found '__builtin__.bytes' with 1 other")]
    [InlineData("NNb.", "expected the state of an array, a dtype or a dict, found None for None")]
    [InlineData("}NQ.", "expected the id of a PyTorch storage, found None")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff.", "expected 4294967295 bytes at offset 7, found only 8 bytes")]
    [InlineData("T\u00ff\u00ff\u00ff\u00ff.", "expected -1 bytes at offset 7")]
    [InlineData("\u008b\u00ff\u00ff\u00ff\u007f.", "expected integers of at most 255 bytes, found 2147483647")]
    [InlineData("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f}.", "expected a frame of 9223372036854775807 bytes, found only 2")]
    [InlineData("}X\u0002\u0000\u0000\u0000\u00ff\u00ffNs.", "expected a string in UTF-8, found bytes that are none")]
    [InlineData("}X\u0003\u0000\u0000\u0000\u00ed\u00a0\u0080Ns.", "found half of a pair of surrogates; save it under a name without it")]
    [InlineData("(ios\nsystem\n.", "found the opcode 0x69 at 3; save the model's tensors alone, as a state_dict")]
    [InlineData("\u00ff.", "found the opcode 0xff at 2; the file is cut short or damaged")]
    [InlineData("c0123", "expected a name that ends, found none within 4 bytes")]
    [InlineData("}.}", "expected the end of the file after the pickle, found 1 more bytes")]
    [InlineData("}X\u0015\u0000\u0000\u0000UnpackBigParamInfor@@}s.", "expected whole arrays, found arrays in pieces")]
    [InlineData(
        "}X\u0001\u0000\u0000\u0000wcnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n(K\u0000tC\u0001b\u0087Rs.",
        "expected a tensor 'w', found an array without"
    )]
    [InlineData("}K\u0001K\u0002s.", "expected tensors by name, found the keys 1")]
    public void Damage_is_described(string opcodes, string message) => Raw.ShouldBeRefused(Raw.Pickle(opcodes), message);

    [Theory]
    [InlineData("(K\u0001tX\u0002\u0000\u0000\u0000O8", "found only a (dtype '|O8'")]
    [InlineData("(K\u0002tX\u0002\u0000\u0000\u0000u1", "expected 2 bytes for shape (2), found 1")]
    [InlineData(
        "(\u008a\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0040t" + "X\u0002\u0000\u0000\u0000u8",
        "expected a shape that memory can hold"
    )]
    public void Arrays_that_are_not_what_they_say_are_refused(string shapeAndType, string message)
    {
        var dtype = shapeAndType[shapeAndType.IndexOf('X', StringComparison.Ordinal)..];
        var shape = shapeAndType[..^dtype.Length];
        Raw.ShouldBeRefused(
            Raw.Pickle(
                "}X\u0001\u0000\u0000\u0000acnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n(K\u0000tC\u0001b\u0087R"
                    + $"(K\u0001{shape}cnumpy\ndtype\n{dtype}\u0089\u0088\u0087R(K\u0003X\u0001\u0000\u0000\u0000|NNNtb\u0089"
                    + "C\u0001xtbs."
            ),
            message
        );
    }

    [Fact]
    public void Values_are_bounded_so_that_a_file_of_new_dicts_does_not_fill_memory()
    {
        var opcodes = "(" + new string('}', 5_000_000) + "l.";
        ((Action)(() => Raw.Read(Raw.Pickle(opcodes))))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected a pickle of at most 4194304 values, found more*");
    }

    [Fact]
    public void Copying_a_list_over_and_over_is_bounded()
    {
        var pairs = string.Concat(Enumerable.Repeat("NN\u0086", 10_000));
        var calls = string.Concat(Enumerable.Repeat("h\u0001h\u0000\u0085R0", 10_000));
        var opcodes = "](" + pairs + "eq\u0000" + "0ccollections\nOrderedDict\nq\u0001" + "0" + calls + "}.";
        ((Action)(() => Raw.Read(Raw.Pickle(opcodes))))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected a pickle of at most 4194304 values, found more*");
    }

    [Fact]
    public void A_dict_that_contains_itself_is_no_trouble_to_read()
    {
        // }q0 ( "a" h0 u: the dict is its own value.
        Raw.ShouldBeRefused(Raw.Pickle("}q\u0000(X\u0001\u0000\u0000\u0000ah\u0000u."), "expected tensors by name, found the keys 'a'");
        Raw.ShouldBeRefused(
            Raw.Pickle("}q\u0000(X\u0005\u0000\u0000\u0000modelh\u0000u."),
            "expected tensors by name, found the keys 'model'"
        );
    }
}
