// @ts-check
// Room for marks of one size on a plane: who comes first keeps a box to itself. No DOM.

/** @param {number} wide of a mark @param {number} tall */
export function createRoom(wide, tall) {
  /** The marks by the cells of their middles: two in one cell would overlap. @type {Map<string, [number, number]>} */
  const taken = new Map();
  return {
    /** Whether there was room for a mark around a place, which has it from now on. @param {number} x @param {number} y */
    take(x, y) {
      const [column, row] = [Math.floor(x / wide), Math.floor(y / tall)];
      for (let c = column - 1; c <= column + 1; c++) {
        for (let r = row - 1; r <= row + 1; r++) {
          const other = taken.get(`${c} ${r}`);
          if (other && Math.abs(other[0] - x) < wide && Math.abs(other[1] - y) < tall) return false;
        }
      }
      taken.set(`${column} ${row}`, [x, y]);
      return true;
    },
  };
}
