package hdf5

// signature begins a superblock. It may lie at 0, 512, 1024, 2048, …: what comes before
// belongs to the user.
const signature = "\x89HDF\r\n\x1a\n"

// superblock finds and reads the superblock, and gives the address of the root group's
// header.
func (f *File) superblock() (uint64, error) {
	for at := int64(0); at+int64(len(signature)) < f.size; at = max(512, 2*at) {
		b, err := f.upTo(uint64(at), 128)
		if err != nil {
			return 0, err
		}
		if len(b) > 16 && string(b[:8]) == signature {
			f.base = uint64(at)
			return f.superblockAt(b)
		}
	}
	return 0, unsound(0, "no HDF5 signature: this is another kind of file, or a piece of one")
}

func (f *File) superblockAt(b []byte) (uint64, error) {
	c := &cursor{b: b, at: f.base, pos: 8}
	version := c.u8()
	switch version {
	case 0, 1:
		c.skip(4)
	case 2, 3:
	default:
		return 0, unsound(c.here(), "a superblock of version %d, 0 to 3 are known", version)
	}
	f.widths.offset, f.widths.length = c.u8(), c.u8()
	c.widths = f.widths
	for _, w := range []int{f.widths.offset, f.widths.length} {
		if w != 2 && w != 4 && w != 8 {
			return 0, unsound(c.here(), "numbers of %d bytes in the superblock, 2, 4 and 8 are known", w)
		}
	}
	if version >= 2 {
		return f.newSuperblock(c)
	}
	c.skip(1 + 4 + 4) // reserved, the sizes of nodes, flags
	if version == 1 {
		c.skip(4)
	}
	base := c.offset()
	c.offset() // free space
	end := c.offset()
	c.offset() // driver
	c.offset() // name of the root
	root := c.offset()
	return root, f.checkEnd(c, base, end)
}

// newSuperblock reads on after the widths in versions 2 and 3.
func (f *File) newSuperblock(c *cursor) (uint64, error) {
	c.skip(1) // flags
	base := c.offset()
	c.offset() // extension
	end := c.offset()
	root := c.offset()
	c.checksum()
	return root, f.checkEnd(c, base, end)
}

// checkEnd compares where the file ends with what the superblock says. Like HDF5, it takes
// the superblock's place from where it is found, and not from base.
func (f *File) checkEnd(c *cursor, base, end uint64) error {
	if c.err != nil {
		return c.err
	}
	if end -= base; end > uint64(f.size)-f.base {
		return unsound(uint64(f.size), "the file ends here, its superblock says after another %d bytes: it was cut short",
			end-(uint64(f.size)-f.base))
	}
	return nil
}
